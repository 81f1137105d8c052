/** The protocol state of one device, without any I/O: frames in, effects out; time is an input.
 *
 * It keeps the promises of PROTOCOL ("What is promised") on the client's side: every event of a conversation once and in
 * the order of `seq`; a jump in `seq` is filled from the timeline; commands wait in the outbox until they are answered,
 * are sent only after Synced, and again with the same `client_id` after a reconnect. What has arrived is acknowledged by
 * itself. `now` is in seconds, on a clock that only runs forward.
 */

import type { Command, Hello, Signal } from "./commands.js";
import { Copies } from "./copies.js";
import {
  announce,
  type Effect,
  type FetchConversation,
  type FetchMissing,
  type FindOwn,
  type Question,
  send,
} from "./effects.js";
import type { TimelineEvent } from "./events.js";
import { type CaughtUp, type Frame, isTimelineEvent, type RateLimited, type Snapshot, type Synced, type Welcome } from "./frames.js";
import type { Conversation, SavedConversation } from "./local.js";
import type { Kept, Outbox } from "./outbox.js";
import { Receipts } from "./receipts.js";
import { Sending } from "./sending.js";
import type { ConversationSummary } from "./summaries.js";
import { earliest } from "./waiting.js";
import { Watching } from "./watching.js";

/** Where a device has got to: what it says in its next Hello. */
export interface Bookmark {
  readonly epoch: string | null;
  readonly cursors: Readonly<Record<string, number>>;
}

/** The copies of a device as they are kept. */
export interface SavedCopies {
  readonly epoch: string | null;
  readonly userId: string;
  readonly conversations: readonly SavedConversation[];
}

/** One device. Give it each frame; carry out the effects; call `wake` when `wakeAt` has come. */
export class Session {
  epoch: string | null;
  userId = "";
  welcome: Welcome | null = null;
  isSynced = false;
  readonly watching = new Watching();
  private readonly copies: Copies;
  private readonly sending: Sending;
  private readonly receipts: Receipts;
  private heartbeatAt: number | null = null;

  constructor(bookmark: Bookmark | null = null, { acknowledgesDelivery = true } = {}) {
    this.epoch = bookmark?.epoch ?? null;
    this.copies = new Copies(bookmark?.cursors ?? {});
    this.sending = new Sending(this.copies);
    this.receipts = new Receipts(this.copies, acknowledgesDelivery);
  }

  /** The cursors to come back with: up to them nothing is missing. */
  get bookmark(): Bookmark {
    const cursors: Record<string, number> = {};
    for (const [name, copy] of this.conversations) cursors[name] = copy.cursor;
    return { epoch: this.epoch, cursors };
  }

  /** The local copies by conversation. */
  get conversations(): ReadonlyMap<string, Conversation> {
    return this.copies.conversations;
  }

  /** The commands without an answer. */
  get outbox(): Outbox {
    return this.sending.outbox;
  }

  /** The local copy, made when it is new. */
  copyOf(conversationId: string): Conversation {
    return this.copies.copyOf(conversationId);
  }

  /** The direct conversation with a user, if there is a copy of it. */
  directWith(userId: string): string | null {
    return this.copies.directWith(userId);
  }

  /** A page of the list beyond the Snapshot: those that are not here yet. */
  adopt(rows: readonly ConversationSummary[]): void {
    for (const row of rows) if (!this.conversations.has(row.conversation_id)) this.copies.adopt(row);
  }

  /** What an earlier run of this device has kept: its outbox, and its copies. Before the first `hello`. */
  restore(pending: readonly Kept[], copies: SavedCopies | null): void {
    for (const one of pending) this.sending.restore(one);
    if (copies === null) return;
    this.epoch = copies.epoch;
    this.userId = copies.userId;
    this.copies.restore(copies.conversations, copies.userId);
  }

  /** The first frame of a new connection. */
  hello(ticket: string): Hello {
    this.disconnected();
    return { type: "Hello", ticket, ...this.bookmark };
  }

  /** The connection is gone. */
  disconnected(): void {
    this.isSynced = false;
    this.welcome = this.heartbeatAt = null;
    this.copies.disconnected();
    this.sending.disconnected();
    this.receipts.disconnected();
    this.watching.disconnected();
  }

  /** Puts a command into the outbox; gives its key and the effects. Throws FrameTooLarge. */
  submit(command: Command, now: number): { readonly key: number; readonly effects: Effect[] } {
    const pending = this.sending.submit(command);
    return { key: pending.key, effects: this.flush(now) };
  }

  /** A frame without an answer; nothing while not synced. */
  signal(frame: Signal): Effect[] {
    return this.isSynced ? [send(frame)] : [];
  }

  /** A person has seen everything up to a seq, or all that is here. */
  read(conversationId: string, upToSeq: number | null, now: number): Effect[] {
    this.receipts.read(conversationId, upToSeq);
    return this.acknowledge(now);
  }

  /** What a frame from the server leads to. */
  receive(frame: Frame, now: number): Effect[] {
    return [...this.take(frame, now), ...this.copies.ask(now), ...this.acknowledge(now)];
  }

  /** The timeline's answer to a FetchMissing. */
  missingReceived(asked: FetchMissing, events: readonly TimelineEvent[], now: number): Effect[] {
    if (asked.generation !== this.copies.generation) return [];
    const effects = [...this.arrived(events), ...this.applied(this.copies.filled(asked, now))];
    return [...effects, ...this.copies.ask(now), ...this.acknowledge(now)];
  }

  /** The API's answer to a FetchConversation. */
  conversationReceived(asked: FetchConversation, summary: ConversationSummary, now: number): Effect[] {
    return this.copies.describe(asked, summary, now);
  }

  /** The timeline's answer to a FindOwn. */
  ownReceived(asked: FindOwn, events: readonly TimelineEvent[], hasMore: boolean, now: number): Effect[] {
    if (asked.generation !== this.copies.generation) return [];
    const effects = events.flatMap((event): Effect[] => {
      const settled = this.sending.settle(event, event.conversation_id, this.userId);
      return settled.length > 0 ? [...settled, announce({ type: "OwnFound", event })] : [];
    });
    return [...effects, ...this.sending.found(asked, events, hasMore), ...this.flush(now)];
  }

  /** The API could not be asked: again later. */
  unanswered(asked: Question, now: number): void {
    switch (asked.effect) {
      case "FetchMissing":
        return this.copies.failed(asked, now);
      case "FetchConversation":
        return this.copies.describeFailed(asked, now);
      case "FindOwn":
        return this.sending.notFound(asked, now);
    }
  }

  /** When `wake` has something to do. */
  wakeAt(): number | null {
    const receiptsAt = this.isSynced ? this.receipts.nextAt() : null;
    return earliest([this.heartbeatAt, this.copies.nextAt(), this.sending.nextAt(), receiptsAt]);
  }

  /** What is due: heartbeats, pages to ask for again, receipts, commands held back by the rate limit. */
  wake(now: number): Effect[] {
    const effects: Effect[] = [];
    if (this.welcome !== null && this.heartbeatAt !== null && now >= this.heartbeatAt) {
      this.heartbeatAt = now + this.welcome.heartbeat_seconds;
      effects.push(send({ type: "Heartbeat" }));
    }
    effects.push(...this.sending.wake(now), ...this.flush(now), ...this.copies.ask(now));
    return [...effects, ...this.acknowledge(now)];
  }

  private take(frame: Frame, now: number): Effect[] {
    if (isTimelineEvent(frame)) return this.arrived([frame]);
    switch (frame.type) {
      case "Welcome":
        this.welcomed(frame, now);
        break;
      case "Snapshot":
        this.replaced(frame);
        break;
      case "CaughtUp":
        return this.caughtUp(frame);
      case "Synced":
        return this.synced(frame, now);
      case "RateLimited":
        this.rateLimited(frame, now);
        break;
      case "CommandRefused":
        return [...this.sending.settle(frame, frame.conversation_id, this.userId), announce(frame)];
      case "Malformed":
        return [...this.sending.settle(frame, null, this.userId), announce(frame)];
      case "DeliveredAdvanced":
      case "ReadAdvanced":
        this.copies.advance(frame);
        break;
      case "TypingChanged":
        this.copies.setTyping(frame);
        break;
      case "PresenceChanged":
        this.watching.changed(frame);
        break;
      case "UnknownFrame":
        break;
    }
    return [announce(frame)];
  }

  private welcomed(frame: Welcome, now: number): void {
    this.welcome = frame;
    this.userId = frame.user_id;
    this.epoch = this.epoch ?? frame.epoch;
    this.heartbeatAt = now + frame.heartbeat_seconds;
    this.copies.welcome(frame.user_id);
    this.sending.setClock(frame.server_time, now);
  }

  private replaced(frame: Snapshot): void {
    if (this.welcome !== null) this.epoch = this.welcome.epoch;
    this.copies.replace(frame.conversations);
    this.receipts.replaced();
  }

  private caughtUp(frame: CaughtUp): Effect[] {
    const effects = this.arrived(frame.events);
    this.copies.catchUp(frame);
    return [...effects, announce(frame)];
  }

  private synced(frame: Synced, now: number): Effect[] {
    this.isSynced = true;
    this.copies.synced();
    const searches = frame.recovered ? [] : this.sending.search(this.epoch);
    return [announce(frame), ...searches, ...this.watching.synced(), ...this.sending.flush(this.epoch, now)];
  }

  private rateLimited(frame: RateLimited, now: number): void {
    if (frame.client_id === null) this.receipts.rateLimited(frame.retry_after_seconds, now);
    else this.sending.rateLimited(frame, now);
  }

  /** Confirmations first, for a repeated command is answered by an old event; then the copies. */
  private arrived(events: readonly TimelineEvent[]): Effect[] {
    return events.flatMap((event) => [
      ...this.sending.settle(event, event.conversation_id, this.userId),
      ...this.applied(this.copies.accept(event)),
    ]);
  }

  /** What stands in a copy now calls for a receipt. */
  private applied(effects: Effect[]): Effect[] {
    for (const effect of effects)
      if (effect.effect === "Announce" && isTimelineEvent(effect.event as Frame))
        this.receipts.applied(effect.event as TimelineEvent, this.userId);
    return effects;
  }

  private acknowledge(now: number): Effect[] {
    return this.isSynced ? this.receipts.flush(now) : [];
  }

  private flush(now: number): Effect[] {
    return this.isSynced ? this.sending.flush(this.epoch, now) : [];
  }
}
