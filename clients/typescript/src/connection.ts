/** One socket to a gateway: text out, frames in, close codes as ConnectionLost. No recovery here. */

import { decode } from "./decoding.js";
import { ConnectionLost } from "./errors.js";
import type { Frame } from "./frames.js";

export const SUBPROTOCOL = "backchannel.v1";
const NO_CODE = 1006;
const CODES_FOR_GOOD = new Set([1002, 1003, 1007, 1008, 1009, 1010]); // we sent what we must not: it would come again

/** What is told of a socket. `lost` comes exactly once, last. */
export interface Line {
  opened(): void;
  received(frame: Frame): void;
  lost(lost: ConnectionLost): void;
}

/** An open socket, or one that is being opened. */
export class Connection {
  private readonly socket: WebSocket;
  private isOver = false;

  constructor(
    url: string,
    private readonly line: Line,
  ) {
    this.socket = new WebSocket(url, SUBPROTOCOL);
    this.socket.onopen = () => this.isOver || line.opened();
    this.socket.onmessage = (message) => this.isOver || line.received(decode(String(message.data)));
    this.socket.onclose = (close) => this.end(new ConnectionLost(close.code, close.reason, mayReturn(close.code)));
  }

  /** Sends a text message; one that is closing takes nothing, and `lost` tells of it. */
  send(raw: string): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(raw);
  }

  /** Closes it, and does not wait for the other side: a lost network would never answer. */
  drop(reason: string): void {
    this.socket.close(1000);
    this.end(new ConnectionLost(NO_CODE, reason, true));
  }

  private end(lost: ConnectionLost): void {
    if (this.isOver) return;
    this.isOver = true;
    this.line.lost(lost);
  }
}

/** Whether a client opens a new socket by itself after this close code. */
export function mayReturn(code: number): boolean {
  return !CODES_FOR_GOOD.has(code) && !(code >= 4500 && code < 4600);
}
