// Preloaded before Portkey's gateway. The headers of what fetch answers must not be changed, says its standard; the
// server below the gateway does change them, and every stream that is passed on as it came ends in
// "TypeError: immutable". Here fetch answers with a copy whose headers may be changed, and with the same body.
'use strict';

const asked = globalThis.fetch;
const WITHOUT_BODY = new Set([101, 204, 205, 304]);

globalThis.fetch = async (...request) => {
  const answer = await asked(...request);
  const { status, statusText } = answer;
  const body = WITHOUT_BODY.has(status) ? null : answer.body;
  return new Response(body, { status, statusText, headers: new Headers(answer.headers) });
};
