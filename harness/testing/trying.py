"""`client_trial`: a test that runs once for each rare and legal stream, and says what its client made of it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest

from harness.errors import HarnessError, UnknownName
from harness.testing.marks import place_of
from harness.trials.material import FUNCTIONS
from harness.trials.registry import chosen_trials
from harness.trials.running import KEY, MODEL, variables_of
from harness.trials.verdict import FAILURES, OUTCOMES, UNTOLD, Said, Verdict, judged, said_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from harness.trials.server import Session, TrialServer
    from harness.trials.trial import Trial, TrialDialect

MARK: Final = "client_trials"
FIXTURE: Final = "client_trial"
_DIALECTS: Final = ("chat", "responses")


def parametrise(metafunc: pytest.Metafunc) -> None:
    """Parametrise a test that asks for the fixture.

    Raises:
        CollectError: The mark cannot be meant; the text says what would be.
    """
    try:
        trials = _chosen(metafunc)
    except HarnessError as error:
        error.where = error.where or place_of(metafunc.definition)
        raise pytest.Collector.CollectError(str(error)) from None
    metafunc.parametrize(FIXTURE, trials, ids=[one.name for one in trials], indirect=True)


def _chosen(metafunc: pytest.Metafunc) -> Sequence[Trial]:
    mark = metafunc.definition.get_closest_marker(MARK)
    wanted: Sequence[str] = metafunc.config.getoption("--harness-trial") or ()
    patterns: tuple[str, ...] = mark.args if mark is not None else ()
    told: Mapping[str, Any] = mark.kwargs if mark is not None else {}
    for name in told:
        if name not in {"dialect", "strict"}:
            raise UnknownName("argument", name, ("dialect", "strict"))
    dialect = told.get("dialect")
    if dialect is not None and dialect not in _DIALECTS:
        raise UnknownName("dialect", str(dialect), _DIALECTS)
    dialects: tuple[TrialDialect, ...] = (dialect,) if dialect else ()
    chosen = chosen_trials(patterns, dialects)
    if not wanted:
        return chosen
    try:
        named = {one.name for one in chosen_trials(wanted)}
    except UnknownName as error:
        error.where = "--harness-trial"
        raise
    return tuple(one for one in chosen if one.name in named)


class ClientTrial:
    """One stream, served on this machine for one test.

    Attributes:
        base_url: Where the client has to ask, with `/v1` in it.
        api_key: A key that no one knows.
        model: The model to ask for.
        requests: How often it was asked.
    """

    def __init__(self, session: Session, *, strict: bool) -> None:
        self.base_url = session.base_url
        self.api_key = KEY
        self.model = MODEL
        self.checked = False
        self._session = session
        self._strict = strict

    @property
    def trial(self) -> Trial:
        """What is served, and why it is legal."""
        return self._session.trial

    @property
    def name(self) -> str:
        """The trial's name."""
        return self.trial.name

    @property
    def dialect(self) -> str:
        """What to ask: "chat" or "responses"."""
        return self.trial.dialect

    @property
    def requests(self) -> int:
        """How often it was asked."""
        return self._session.requests

    @property
    def tools(self) -> list[dict[str, Any]]:
        """The functions that a client has to offer, as the dialect wants them."""
        if self.dialect == "chat":
            return [
                {"type": "function", "function": {"name": name, **about}} for name, about in FUNCTIONS.items()
            ]
        return [
            {"type": "function", "name": name, "strict": True, **about} for name, about in FUNCTIONS.items()
        ]

    @property
    def environment(self) -> dict[str, str]:
        """The variables that a client in another process is told it by."""
        return variables_of(self.trial, self.base_url)

    def check(
        self,
        *,
        text: str | None = "",
        calls: Sequence[Any] = (),
        finish: str | None = None,
        error: BaseException | str | None = None,
        reasoning: str | None = None,
        refusal: str | None = None,
        usage: Sequence[int] | object | None = UNTOLD,
    ) -> None:
        """Hold what the client gave back against what it was served; a difference fails the test.

        Args:
            text: All visible text.
            calls: The calls: `{"name": ..., "arguments": ...}`, or pairs.
            finish: Why the answer ended, in the client's word; None tells nothing.
            error: What the client raised or told as an error.
            reasoning: Thought; None where the client has no place for it.
            refusal: A refusal; None where the client has no place for it.
            usage: Tokens of the prompt and of the answer; left out where the client tells none.
        """
        __tracebackhide__ = True
        given = [one if isinstance(one, dict) else {"name": one[0], "arguments": one[1]} for one in calls]
        message = f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else error
        told = {
            "text": text,
            "calls": given,
            "finish": finish,
            "error": message,
            "reasoning": reasoning,
            "refusal": refusal,
        }
        self._judge({**told, "usage": usage} if usage is not UNTOLD else told)

    def ask(self, client: Callable[[ClientTrial], Mapping[str, Any]]) -> None:
        """Let a function ask and answer as a client program would; what it raises is its error.

        Args:
            client: Gets this trial, and gives `{"text": ..., "calls": [...], ...}`; see docs/clients.md.
        """
        __tracebackhide__ = True
        try:
            told: Mapping[str, Any] = client(self)
        except Exception as error:  # noqa: BLE001 - whatever it raises is judged
            told = {"error": f"{type(error).__name__}: {error}"}
        self._judge(dict(told))

    def _judge(self, told: dict[str, Any]) -> None:
        __tracebackhide__ = True
        self.checked = True
        said = _read(told)
        if not self.requests and said.unsupported is None:
            asked = "; ".join(self._session.strayed) or said.error or "it was asked nothing"
            pytest.fail(f"the client never asked {self.base_url}: {asked}", pytrace=False)
        verdict = judged(self.trial.expects, said, followed=self._session.followed)
        if verdict.outcome == "unsupported":
            pytest.skip(verdict.what)
        if verdict.outcome in FAILURES:
            text = _failure(self.trial, verdict)
            if self.trial.ground == "disputed" and not self._strict:
                pytest.xfail(text)
            pytest.fail(text, pytrace=False)


def _read(told: dict[str, Any]) -> Said:
    """What the client gave; a test whose client gave something else fails."""
    __tracebackhide__ = True
    try:
        return said_of(told)
    except ValueError as error:
        wrong = str(error)
    pytest.fail(f"client_trial cannot read what the client gave: {wrong}", pytrace=False)


def _failure(trial: Trial, verdict: Verdict) -> str:
    return "\n".join(
        (
            f"{trial.name}: {OUTCOMES[verdict.outcome]}",
            f"  {verdict.what}",
            f"  served    {trial.serves}",
            f"  legal     {trial.legal} ({trial.ground})",
            f"  shown by  harness fuzz --list --trial {trial.name}",
        )
    )


@contextmanager
def trial_of(request: pytest.FixtureRequest, server: TrialServer) -> Iterator[ClientTrial]:
    """The trial of one test."""
    mark = request.node.get_closest_marker(MARK)
    session = server.open(request.param)
    one = ClientTrial(session, strict=bool(mark is not None and mark.kwargs.get("strict")))
    failed = request.session.testsfailed
    yield one
    if not one.checked and request.session.testsfailed == failed:
        pytest.fail(
            "the test asked nothing of client_trial: call client_trial.check(text=..., calls=...) with what the client"
            " gave back, or client_trial.ask(function)",
            pytrace=False,
        )
