/** Holes in a conversation: what is missing, and when to ask the timeline for it (again). Pure.
 *
 * The timeline follows the log, normally within 300 ms, so a page that does not show the missing events yet is asked for
 * again; only after `ATTEMPTS_MAX` pages without progress is a hole given up.
 */

import { earliest } from "./waiting.js";

export const ATTEMPTS_MAX = 12; // with the waits below: about 15 seconds
const FIRST_WAIT_SECONDS = 0.1;
const LONGEST_WAIT_SECONDS = 2.0;

/** Events up to `untilSeq` exist. `askAt` is null while a page is on its way. */
export class Hole {
  attempts = 0;
  askAt: number | null = 0;

  constructor(public untilSeq: number) {}

  /** No progress: ask again later. A server that could not be reached does not count. */
  wait(now: number, isCounted: boolean): void {
    this.askAt = now + Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** this.attempts);
    if (isCounted) this.attempts += 1;
  }

  /** The page helped, but not enough: ask for the next at once. */
  progress(): void {
    this.attempts = 0;
    this.askAt = 0;
  }
}

/** The holes by conversation. */
export class Holes {
  private readonly holes = new Map<string, Hole>();

  get(conversationId: string): Hole | undefined {
    return this.holes.get(conversationId);
  }

  /** Something up to this seq is missing. */
  open(conversationId: string, untilSeq: number): void {
    const hole = this.holes.get(conversationId);
    if (hole === undefined) this.holes.set(conversationId, new Hole(untilSeq));
    else hole.untilSeq = Math.max(hole.untilSeq, untilSeq);
  }

  /** Nothing is missing any more. */
  close(conversationId: string): void {
    this.holes.delete(conversationId);
  }

  /** All are forgotten. */
  clear(): void {
    this.holes.clear();
  }

  /** The conversations to ask for now; each counts as asked. */
  takeDue(now: number): string[] {
    const due = [...this.holes].filter(([, hole]) => hole.askAt !== null && hole.askAt <= now);
    for (const [, hole] of due) hole.askAt = null;
    return due.map(([name]) => name);
  }

  /** When to ask next. */
  nextAt(): number | null {
    return earliest([...this.holes.values()].map((hole) => hole.askAt));
  }
}
