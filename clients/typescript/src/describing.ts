/** Conversations whose name and members the events alone do not tell: when to ask the API for them (again). Pure. */

import { earliest } from "./waiting.js";

export const ATTEMPTS_MAX = 10; // with the waits below: about 12 seconds; the list follows the log, within 300 ms
const FIRST_WAIT_SECONDS = 0.1;
const LONGEST_WAIT_SECONDS = 2.0;

/** `askAt` is null while the answer is on its way. */
interface Wanted {
  attempts: number;
  askAt: number | null;
}

/** By conversation. */
export class Describing {
  private readonly wanted = new Map<string, Wanted>();

  /** Ask as soon as possible. */
  want(conversationId: string): void {
    if (!this.wanted.has(conversationId)) this.wanted.set(conversationId, { attempts: 0, askAt: 0 });
  }

  /** It is described. */
  done(conversationId: string): void {
    this.wanted.delete(conversationId);
  }

  /** No answer, or one from before: again later, but not for ever. */
  failed(conversationId: string, now: number): void {
    const wanted = this.wanted.get(conversationId);
    if (wanted === undefined) return;
    wanted.askAt = now + Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** wanted.attempts);
    wanted.attempts += 1;
    if (wanted.attempts >= ATTEMPTS_MAX) this.wanted.delete(conversationId);
  }

  /** A new connection: what was asked is asked anew. */
  again(): void {
    for (const name of this.wanted.keys()) this.wanted.set(name, { attempts: 0, askAt: 0 });
  }

  /** All are forgotten. */
  clear(): void {
    this.wanted.clear();
  }

  /** The conversations to ask for now; each counts as asked. */
  takeDue(now: number): string[] {
    const due = [...this.wanted].filter(([, one]) => one.askAt !== null && one.askAt <= now);
    for (const [, one] of due) one.askAt = null;
    return due.map(([name]) => name);
  }

  /** When to ask next. */
  nextAt(): number | null {
    return earliest([...this.wanted.values()].map((one) => one.askAt));
  }
}
