"""The errors of the client library.

BackchannelError
├── ApiError            an HTTP answer that is an error (problem+json)
├── Unreachable         no answer at all over HTTP
├── CommandFailed       a command that has no event
│   ├── Refused         "no" from the conversation or the door (CommandRefused)
│   ├── MalformedCommand  the frame was not understood (Malformed)
│   └── NotConfirmed    no answer in time; the command stays in the outbox
├── ConnectionLost      one socket is gone
├── ConnectionEnded     the socket is closed and will not be opened again by itself
├── FrameTooLarge       a frame over the protocol's limit, not sent
└── SubscriberTooSlow   events were not taken out of a subscription in time
"""

from clients.python.frames import CommandRefused


class BackchannelError(Exception):
    """All errors of this library."""


class ApiError(BackchannelError):
    """An answer over HTTP that is an error. `code` is the stable one of the protocol."""

    def __init__(self, status: int, code: str, detail: str = "", *, retry_after_seconds: float | None = None) -> None:
        super().__init__(f"{status} {code}: {detail}" if detail else f"{status} {code}")
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds


class Unreachable(BackchannelError):
    """The server gave no answer: no connection, a broken one, or a timeout."""


class CommandFailed(BackchannelError):
    """A command that has no event: it was refused or not understood, or nobody knows yet."""

    def __init__(self, client_id: str, message: str) -> None:
        super().__init__(message)
        self.client_id = client_id


class Refused(CommandFailed):
    """The command was refused, for one of the protocol's reasons. Sending it again will not help."""

    def __init__(self, frame: CommandRefused) -> None:
        super().__init__(frame.client_id or "", f"{frame.reason}: {frame.detail}" if frame.detail else frame.reason)
        self.reason = frame.reason
        self.detail = frame.detail
        self.frame = frame


class MalformedCommand(CommandFailed):
    """The server did not understand the frame. Nothing entered the log."""

    def __init__(self, client_id: str, detail: str) -> None:
        super().__init__(client_id, detail)
        self.detail = detail


class NotConfirmed(CommandFailed):
    """No answer in time. The command stays in the outbox; sending the same again waits for its answer."""


class ConnectionLost(BackchannelError):
    """One socket is gone, or could not be opened. `code` is the close code, 1006 where there was none."""

    def __init__(self, code: int, reason: str, *, may_return: bool) -> None:
        super().__init__(f"{code} {reason}".strip())
        self.code = code
        self.reason = reason
        self.may_return = may_return


class ConnectionEnded(BackchannelError):
    """The connection is over for good: forbidden to come back, signed out, or closed by oneself."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"{reason} ({code})" if code is not None else reason)
        self.code = code
        self.reason = reason


class FrameTooLarge(BackchannelError):
    """The frame is larger than the protocol allows; the server would close the socket (1009)."""


class SubscriberTooSlow(BackchannelError):
    """More events waited in a subscription than its limit: some are lost to it (never to the local copy)."""
