/** When commands go out: after Synced, within the rate limit, once own messages are paged back. Pure. */

import { type Command, encode } from "./commands.js";
import type { Copies } from "./copies.js";
import { type Answer, type Effect, type FindOwn, send } from "./effects.js";
import type { TimelineEvent, Timestamp } from "./events.js";
import { isTimelineEvent, type RateLimited } from "./frames.js";
import { type FirstSent, type Kept, Outbox, type Pending } from "./outbox.js";
import { earliest } from "./waiting.js";

const CLOCK_MARGIN_MS = 5 * 60_000; // when paging back by time: in another log, seqs mean nothing
const SEARCH_AGAIN_SECONDS = 1.0;

/** The outbox and what holds it back. */
export class Sending {
  readonly outbox = new Outbox();
  private pausedUntil: number | null = null;
  private readonly searches = new Map<string, FindOwn>(); // by conversation, whose commands wait
  private searchAgainAt: number | null = null;
  private clockOffsetMs = 0; // what the server's clock is ahead of `now`

  constructor(private readonly copies: Copies) {}

  /** Nothing that was sent can be trusted to have arrived. */
  disconnected(): void {
    this.pausedUntil = this.searchAgainAt = null;
    this.searches.clear();
    this.outbox.forgetConnection();
  }

  /** The server has told its time. */
  setClock(serverTime: Timestamp, now: number): void {
    this.clockOffsetMs = Date.parse(serverTime) - now * 1000;
  }

  /** Puts a command into the outbox. Throws FrameTooLarge. */
  submit(command: Command): Pending {
    encode(command);
    return this.outbox.add(command);
  }

  /** What an earlier run left behind. */
  restore(kept: Kept): Pending {
    return this.outbox.restore(kept);
  }

  /** The pending command to which this is the answer, if any, is done. */
  settle(answer: Answer, conversationId: string | null, ownUserId: string): Effect[] {
    const isAnothers = isTimelineEvent(answer) && answer.actor_id !== null && answer.actor_id !== ownUserId;
    if (answer.client_id === null || isAnothers) return [];
    const pending = this.outbox.match(answer.client_id, conversationId);
    if (pending === null) return [];
    this.outbox.settle(pending);
    return [{ effect: "Settle", key: pending.key, answer }];
  }

  /** The command must go out again, later; all others wait too, so that the order is kept. */
  rateLimited(frame: RateLimited, now: number): void {
    const pending = this.outbox.match(frame.client_id, null);
    if (pending === null) return;
    this.outbox.markUnsent(pending);
    this.pausedUntil = Math.max(this.pausedUntil ?? 0, now + frame.retry_after_seconds);
  }

  /** After `recovered: false`: page back what may be in the log already, before sending it again. */
  search(epoch: string | null): Effect[] {
    const sent = new Map<string, FirstSent[]>();
    for (const pending of this.outbox.all()) {
      const name = this.conversationOf(pending);
      if (pending.firstSent !== null && name !== null && this.copies.conversations.has(name))
        sent.set(name, [...(sent.get(name) ?? []), pending.firstSent]);
    }
    this.searches.clear();
    for (const [conversationId, firsts] of sent)
      this.searches.set(conversationId, this.findOwn(conversationId, earliestOf(firsts, epoch)));
    return [...this.searches.values()];
  }

  /** A page of one's own past has been looked through: ask for the next, or let the commands go. */
  found(asked: FindOwn, events: readonly TimelineEvent[], hasMore: boolean): Effect[] {
    const last = events.at(-1);
    if (!hasMore || last === undefined) {
      this.searches.delete(asked.conversationId);
      return [];
    }
    const following = this.findOwn(asked.conversationId, last.seq);
    this.searches.set(asked.conversationId, following);
    return [following];
  }

  /** The timeline could not be asked: again later. */
  notFound(asked: FindOwn, now: number): void {
    if (asked.generation === this.copies.generation) this.searchAgainAt = now + SEARCH_AGAIN_SECONDS;
  }

  /** When `wake` has something to do. */
  nextAt(): number | null {
    return earliest([this.pausedUntil, this.searchAgainAt]);
  }

  /** Lifts what has passed. */
  wake(now: number): Effect[] {
    if (this.pausedUntil !== null && now >= this.pausedUntil) this.pausedUntil = null;
    if (this.searchAgainAt === null || now < this.searchAgainAt) return [];
    this.searchAgainAt = null;
    return [...this.searches.values()];
  }

  /** Sends what may be sent, in the order in which it was made. */
  flush(epoch: string | null, now: number): Effect[] {
    if (this.pausedUntil !== null) return [];
    const due = this.outbox.all().filter((pending) => !pending.isSent && !this.isSearched(pending));
    return due.map((pending) => this.send(pending, epoch, now));
  }

  private send(pending: Pending, epoch: string | null, now: number): Effect {
    const cursor = this.copies.conversations.get(this.conversationOf(pending) ?? "")?.cursor ?? 0;
    const serverTime = new Date(now * 1000 + this.clockOffsetMs).toISOString();
    this.outbox.markSent(pending, { epoch, cursor, serverTime });
    return send(pending.command);
  }

  private isSearched(pending: Pending): boolean {
    return this.searches.has(this.conversationOf(pending) ?? "");
  }

  private conversationOf(pending: Pending): string | null {
    return pending.toUserId === null ? pending.conversationId : this.copies.directWith(pending.toUserId);
  }

  private findOwn(conversationId: string, after: number | Timestamp): FindOwn {
    return { effect: "FindOwn", conversationId, after, generation: this.copies.generation };
  }
}

function earliestOf(firsts: readonly FirstSent[], epoch: string | null): number | Timestamp {
  if (firsts.every((first) => first.epoch === epoch)) return Math.min(...firsts.map((first) => first.cursor));
  const first = Math.min(...firsts.map((one) => Date.parse(one.serverTime)));
  return new Date(first - CLOCK_MARGIN_MS).toISOString();
}
