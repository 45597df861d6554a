// Preloaded before Portkey's gateway, which has no option for the address: whatever listens on a port does so on
// 127.0.0.1. Paths of sockets stay as they are.
'use strict';

const { Server } = require('node:net');

const HOST = '127.0.0.1';
const listen = Server.prototype.listen;

Server.prototype.listen = function (first, ...rest) {
  if (first !== null && typeof first === 'object' && 'port' in first) {
    return listen.call(this, { ...first, host: HOST }, ...rest);
  }
  if (typeof first === 'number' || (typeof first === 'string' && /^\d+$/.test(first))) {
    const callback = rest.filter((one) => typeof one === 'function').slice(-1);
    return listen.call(this, { port: Number(first), host: HOST }, ...callback);
  }
  return listen.call(this, first, ...rest);
};
