/** The errors of the client library.
 *
 * BackchannelError
 * ├── ApiError            an HTTP answer that is an error (problem+json)
 * ├── Unreachable         no answer at all over HTTP
 * ├── CommandFailed       a command that has no event
 * │   ├── Refused         "no" from the conversation or the door (CommandRefused)
 * │   ├── MalformedCommand  the frame was not understood (Malformed)
 * │   └── NotConfirmed    no answer in time; the command stays in the outbox
 * ├── ConnectionLost      one socket is gone
 * ├── ConnectionEnded     the socket is closed and will not be opened again by itself
 * └── FrameTooLarge       a frame over the protocol's limit, not sent
 */

import type { CommandRefused } from "./frames.js";

export class BackchannelError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** An answer over HTTP that is an error. `code` is the stable one of the protocol. */
export class ApiError extends BackchannelError {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string = "",
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(detail ? `${status} ${code}: ${detail}` : `${status} ${code}`);
  }
}

/** The server gave no answer: no connection, a broken one, or a timeout. */
export class Unreachable extends BackchannelError {}

/** A command that has no event: it was refused or not understood, or nobody knows yet. */
export class CommandFailed extends BackchannelError {
  constructor(
    readonly clientId: string,
    message: string,
  ) {
    super(message);
  }
}

/** The command was refused, for one of the protocol's reasons. Sending it again will not help. */
export class Refused extends CommandFailed {
  readonly reason: string;
  readonly detail: string;

  constructor(readonly frame: CommandRefused) {
    super(frame.client_id ?? "", frame.detail ? `${frame.reason}: ${frame.detail}` : frame.reason);
    this.reason = frame.reason;
    this.detail = frame.detail;
  }
}

/** The server did not understand the frame. Nothing entered the log. */
export class MalformedCommand extends CommandFailed {}

/** No answer in time. The command stays in the outbox; sending the same again waits for its answer. */
export class NotConfirmed extends CommandFailed {}

/** One socket is gone, or could not be opened. `code` is the close code, 1006 where there was none. */
export class ConnectionLost extends BackchannelError {
  constructor(
    readonly code: number,
    readonly reason: string,
    readonly mayReturn: boolean,
  ) {
    super(`${code} ${reason}`.trim());
  }
}

/** The connection is over for good: forbidden to come back, signed out, or closed by oneself (`code` is null). */
export class ConnectionEnded extends BackchannelError {
  constructor(
    readonly code: number | null,
    readonly reason: string,
  ) {
    super(code === null ? reason : `${reason} (${code})`);
  }
}

/** The frame is larger than the protocol allows; the server would close the socket (1009). */
export class FrameTooLarge extends BackchannelError {}
