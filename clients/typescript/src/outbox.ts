/** The outbox: commands that have no answer yet. Pure.
 *
 * A command leaves it when it is answered or withdrawn; after a reconnect it is sent again, with the same `client_id`.
 * What changes in it is noted, for whoever keeps it beyond the life of a page (`keeping.ts`).
 */

import { type Command, conversationOf, recipientOf } from "./commands.js";
import type { Timestamp } from "./events.js";

/** Where the log stood when the command was first sent: its event can only come after that. */
export interface FirstSent {
  readonly epoch: string | null;
  readonly cursor: number;
  readonly serverTime: Timestamp;
}

/** A command without an answer. `isSent` speaks of the present connection. */
export interface Pending {
  readonly key: number;
  readonly command: Command;
  readonly conversationId: string | null;
  readonly toUserId: string | null;
  readonly isSent: boolean;
  readonly firstSent: FirstSent | null;
}

/** A pending command as it is kept: what a later run of the page needs to go on. */
export interface Kept {
  readonly command: Command;
  readonly firstSent: FirstSent | null;
}

/** Pending commands in the order in which they were made. */
export class Outbox {
  private readonly pending = new Map<number, Pending>();
  private readonly changed = new Map<string, Kept | null>();
  private lastKey = 0;

  get size(): number {
    return this.pending.size;
  }

  all(): Pending[] {
    return [...this.pending.values()];
  }

  /** A new one, or the one that waits with the same client_id and content. */
  add(command: Command): Pending {
    return this.addKept({ command, firstSent: null }, true);
  }

  /** One that an earlier run has kept, and keeps on keeping. */
  restore(kept: Kept): Pending {
    return this.addKept(kept, false);
  }

  private addKept({ command, firstSent }: Kept, isNews: boolean): Pending {
    const content = JSON.stringify(command);
    for (const pending of this.pending.values()) if (JSON.stringify(pending.command) === content) return pending;
    this.lastKey += 1;
    const pending: Pending = {
      key: this.lastKey,
      command,
      conversationId: conversationOf(command),
      toUserId: recipientOf(command),
      isSent: false,
      firstSent,
    };
    if (isNews) this.put(pending);
    else this.pending.set(pending.key, pending);
    return pending;
  }

  /** The oldest pending command that an answer with these belongs to. */
  match(clientId: string | null, conversationId: string | null): Pending | null {
    const same = this.all().filter((pending) => pending.command.client_id === clientId);
    if (conversationId === null) return same[0] ?? null;
    const exact = same.find((pending) => pending.conversationId === conversationId);
    return exact ?? same.find((pending) => pending.conversationId === null) ?? null;
  }

  /** It has its answer. */
  settle(pending: Pending): void {
    if (this.pending.delete(pending.key)) this.changed.set(nameOf(pending.command), null);
  }

  /** It went out on the present connection. */
  markSent(pending: Pending, firstSent: FirstSent): void {
    this.put({ ...pending, isSent: true, firstSent: pending.firstSent ?? firstSent });
  }

  /** It must go out again. */
  markUnsent(pending: Pending): void {
    this.pending.set(pending.key, { ...pending, isSent: false });
  }

  /** Nothing that was sent can be trusted to have arrived. */
  forgetConnection(): void {
    for (const pending of this.all()) this.markUnsent(pending);
  }

  /** What has changed since the last call, by name; null: no longer pending. */
  takeChanges(): [string, Kept | null][] {
    const changes = [...this.changed];
    this.changed.clear();
    return changes;
  }

  private put(pending: Pending): void {
    const isNews = this.pending.get(pending.key)?.firstSent !== pending.firstSent || !this.pending.has(pending.key);
    this.pending.set(pending.key, pending);
    if (isNews) this.changed.set(nameOf(pending.command), { command: pending.command, firstSent: pending.firstSent });
  }
}

/** A `client_id` is unique per sender and conversation. */
function nameOf(command: Command): string {
  return `${conversationOf(command) ?? recipientOf(command) ?? ""} ${command.client_id}`;
}
