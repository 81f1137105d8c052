/** How far the members of a conversation have come. Watermarks only grow, and reading implies delivery. Pure. */

import type { Advanced } from "./frames.js";
import type { Watermark } from "./summaries.js";

/** By user. */
export class Watermarks {
  private readonly marks = new Map<string, Watermark>();

  /** A member's. */
  of(userId: string): Watermark {
    return this.marks.get(userId) ?? { user_id: userId, delivered_seq: 0, read_seq: 0 };
  }

  /** All that are known. */
  all(): Iterable<Watermark> {
    return this.marks.values();
  }

  /** A member has come further. */
  advance(frame: Advanced): void {
    this.lift(frame.user_id, frame.to_seq, frame.type === "ReadAdvanced" ? frame.to_seq : 0);
  }

  /** Keeps the higher of what is known and this. */
  lift(userId: string, deliveredSeq: number, readSeq: number): void {
    const known = this.of(userId);
    this.marks.set(userId, {
      user_id: userId,
      delivered_seq: Math.max(known.delivered_seq, deliveredSeq, readSeq),
      read_seq: Math.max(known.read_seq, readSeq),
    });
  }
}
