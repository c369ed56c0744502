"""Every exception that digigraph raises.

::

    DigigraphError
    ├── SettingsError             a setting is unknown or has a wrong value
    ├── InputError                a file cannot be read at all
    ├── NotFound                  no such thing, document, evidence, graph, query or snapshot
    │   └── Gone                  there was one: in an earlier state of the graph, or a state not kept any longer
    │       ├── ResultChanged     a result that was cited is not what the same question gives now
    │       └── TakenBack         it was taken out of every state, for a reason
    ├── NotAcceptable             none of the formats asked for is offered
    ├── PublicationRefused        the checks found errors; nothing was changed
    ├── QueryError                the question is at fault
    │   ├── QuerySyntaxError      it is not SPARQL; line and column where known
    │   ├── QueryForbidden        it asks the server to contact another server
    │   ├── QueryTooComplex       longer, deeper or wider than the guard lets through
    │   └── QueryUnsupported      the engine would answer it otherwise than the standard says
    ├── QueryFailed               the question was taken and no (whole) answer came
    │   ├── QueryTimeout          the deadline passed
    │   ├── QueryOutOfMemory      more memory than a query may have
    │   ├── QueryCrashed          the engine's process ended (nesting too deep, killed from outside)
    │   ├── QueryCancelled        whoever asked has gone
    │   └── AnswerTooLarge        more bytes than an answer may have
    ├── QueueFull                 too many questions are waiting; come again
    │   └── TooManyLong           too many take long at once; ended for the others
    ├── PermalinksFull            as many permalinks were made as there may be
    ├── StoreError                snapshots and the disk they are on
    │   ├── NoSnapshot            nothing has been published yet
    │   ├── SnapshotDamaged       what is on disk is not what was published
    │   ├── StorageFull           no space is left
    │   └── PublicationBusy       another process is publishing
    ├── RemoteError               the endpoint of someone else failed or did not answer
    │   └── RemoteTimeout         it did not answer, or not to the end, in time
    └── AddressUnavailable        the server cannot listen where it was told to

Each class states the exit code of the command line (0 well, 1 findings, 2 wrong use or unreadable input, 3 the store or
the network failed). HTTP status codes live in ``web/replies/problems.py`` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence


class DigigraphError(Exception):
    """Base of all errors.

    Parameters
    ----------
    message
        One sentence that says what is wrong.
    hint
        What to do about it, where we know.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """The message, then the hint where there is one."""
        return f"{self.message} {self.hint}" if self.hint else self.message


class SettingsError(DigigraphError):
    """A setting is unknown or its value cannot be used."""


class InputError(DigigraphError):
    """A file or folder cannot be read at all."""


class NotFound(DigigraphError):
    """What was asked for by name does not exist."""


class Gone(NotFound):
    """What was asked for by name was there, in an earlier state of the graph or as one, and is no longer."""


class ResultChanged(Gone):
    """The result of a permalink cannot be shown again: the same question in the same state gives other rows."""


class TakenBack(Gone):
    """What was asked for by name was taken back; ``reason`` is the class of the reason, such as ``privacy``.

    Of a permalink there may be several, with spaces between.
    """

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message, hint="It will not come back.")
        self.reason = reason


class NotAcceptable(DigigraphError):
    """None of the media types asked for is offered; ``available`` lists those that are."""

    def __init__(self, message: str, *, available: Sequence[str]) -> None:
        super().__init__(message, hint=f"Available: {', '.join(available)}.")
        self.available = tuple(available)


class PublicationRefused(DigigraphError):
    """The checks found violations; the active snapshot stays as it is."""

    exit_code = 1


class QueryError(DigigraphError):
    """The question itself is at fault; asking it again does not help."""


class QuerySyntaxError(QueryError):
    """The text is not a SPARQL 1.1 query; ``line``, ``column`` (1-based) and ``excerpt`` tell where, if known."""

    def __init__(
        self, message: str, *, line: int | None = None, column: int | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.line = line
        self.column = column
        self.excerpt: str | None = None


class QueryForbidden(QueryError):
    """The query asks the server to contact another server (SERVICE, LOAD), or to change the data."""


class QueryTooComplex(QueryError):
    """The query exceeds a limit of the guard: length, nesting depth or patterns in one group."""


class QueryUnsupported(QueryError):
    """The query is SPARQL, and the engine would answer it otherwise than the standard says."""


class QueryFailed(DigigraphError):
    """The question was taken and no answer, or only a part of one, came back."""

    exit_code = 3


class QueryTimeout(QueryFailed):
    """The query ran until its deadline and was ended."""


class QueryOutOfMemory(QueryFailed):
    """The query needed more memory than one query may have and was ended."""


class QueryCrashed(QueryFailed):
    """The process that ran the query ended: nested too deeply for the engine's stack, or killed from outside."""


class QueryCancelled(QueryFailed):
    """Whoever asked has gone or has taken the question back."""


class AnswerTooLarge(QueryFailed):
    """The answer has more bytes than one answer may have."""


class QueueFull(DigigraphError):
    """As many questions are waiting as may wait; ``retry_after`` is in seconds."""

    exit_code = 3

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message, hint=f"Try again in {retry_after} s.")
        self.retry_after = retry_after


class TooManyLong(QueueFull):
    """More queries took long at once than may, and this one was ended for the others."""


class PermalinksFull(DigigraphError):
    """As many permalinks were made, or hold as many states, as the settings allow."""

    exit_code = 3


class StoreError(DigigraphError):
    """The snapshots, or the disk they are on, failed."""

    exit_code = 3


class NoSnapshot(StoreError):
    """Nothing has been published yet, or not under that name."""


class SnapshotDamaged(StoreError):
    """What is on disk is not what was published."""


class StorageFull(StoreError):
    """No space is left on the disk; what was there before is untouched."""


class PublicationBusy(StoreError):
    """Another process is publishing into the same state folder."""


class RemoteError(DigigraphError):
    """The SPARQL endpoint of someone else failed, refused or did not answer."""

    exit_code = 3


class RemoteTimeout(RemoteError):
    """The SPARQL endpoint of someone else did not answer, or not to the end, within the time that a query has."""


class AddressUnavailable(DigigraphError):
    """The server cannot listen on the address that it was told to serve on."""

    exit_code = 3
