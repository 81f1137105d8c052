/** All local copies of a device: events come out once each, in the order of `seq`. Pure.
 *
 * A jump in `seq` opens a hole, which is filled from the timeline; what lies beyond it waits. What events alone do not
 * tell (the members of a group that one was added to) is asked of the API.
 */

import { Describing } from "./describing.js";
import { announce, type Effect, type FetchConversation, type FetchMissing } from "./effects.js";
import type { TimelineEvent } from "./events.js";
import type { Advanced, CaughtUp, TypingChanged } from "./frames.js";
import { ATTEMPTS_MAX, Holes } from "./holes.js";
import { Conversation, type SavedConversation } from "./local.js";
import type { ConversationSummary } from "./summaries.js";
import { earliest } from "./waiting.js";

export const SNAPSHOT_CONVERSATIONS_MAX = 200; // a Snapshot of as many may leave others out

/** The conversations, their holes, and the heads that CaughtUp announced. */
export class Copies {
  conversations = new Map<string, Conversation>();
  ownUserId = "";
  generation = 0; // pages asked for before a reconnect or a Snapshot are stale
  private readonly holes = new Holes();
  private readonly describing = new Describing();
  private readonly heads = new Map<string, number>();
  private isSnapshotFull = false;

  constructor(cursors: Readonly<Record<string, number>>) {
    for (const [name, cursor] of Object.entries(cursors)) this.conversations.set(name, new Conversation(name, cursor));
  }

  /** What waited beyond a hole will come again; who was typing may have stopped. */
  disconnected(): void {
    this.forget();
    for (const copy of this.conversations.values()) {
      copy.held.clear();
      copy.typing.clear();
    }
  }

  /** The server has said whose copies these are. */
  welcome(ownUserId: string): void {
    this.ownUserId = ownUserId;
    for (const copy of this.conversations.values()) copy.ownUserId = ownUserId;
  }

  /** A Snapshot: what was here is dropped. */
  replace(rows: readonly ConversationSummary[]): void {
    this.forget();
    this.describing.clear();
    this.conversations = new Map();
    for (const row of rows) this.adopt(row);
    this.isSnapshotFull = this.conversations.size >= SNAPSHOT_CONVERSATIONS_MAX;
  }

  /** What an earlier run has kept. */
  restore(saved: readonly SavedConversation[], ownUserId: string): void {
    this.ownUserId = ownUserId;
    for (const one of saved) this.conversations.set(one.conversationId, Conversation.restore(one, ownUserId));
  }

  /** The copy of a row of the list that begins at its head; what is older is paged back when somebody wants it. */
  adopt(row: ConversationSummary): Conversation {
    const copy = new Conversation(row.conversation_id, row.head_seq, this.ownUserId);
    copy.begin(row);
    this.conversations.set(row.conversation_id, copy);
    return copy;
  }

  /** The copy, made when new. One that the Snapshot left out begins here; others are owed in full. */
  copyOf(conversationId: string, firstSeq = 1): Conversation {
    const known = this.conversations.get(conversationId);
    if (known !== undefined) return known;
    const copy = new Conversation(conversationId, this.isSnapshotFull ? firstSeq - 1 : 0, this.ownUserId);
    this.conversations.set(conversationId, copy);
    return copy;
  }

  /** The direct conversation with a user, if there is a copy of it. */
  directWith(userId: string): string | null {
    for (const [name, copy] of this.conversations)
      if (copy.kind === "direct" && copy.roster.members.has(userId)) return name;
    return null;
  }

  /** Takes an event; announces those that are new and in order now. */
  accept(event: TimelineEvent): Effect[] {
    const copy = this.copyOf(event.conversation_id, event.seq);
    const fresh = copy.accept(event);
    if (copy.held.size > 0) this.holes.open(event.conversation_id, Math.max(...copy.held.keys()));
    if (fresh.some((one) => one.type === "MembersAdded" && one.member_ids.includes(this.ownUserId)))
      this.describing.want(event.conversation_id);
    return fresh.map(announce);
  }

  /** A member has come further, in a conversation that is here. */
  advance(frame: Advanced): void {
    const copy = this.conversations.get(frame.conversation_id);
    if (copy === undefined) return;
    copy.watermarks.advance(frame);
    this.countUnread(copy);
  }

  /** Somebody types, or no longer does. */
  setTyping(frame: TypingChanged): void {
    this.conversations.get(frame.conversation_id)?.setTyping(frame);
  }

  /** The watermarks and the head of a CaughtUp, after its events. */
  catchUp(frame: CaughtUp): void {
    const copy = this.copyOf(frame.conversation_id, frame.head_seq + 1);
    this.heads.set(frame.conversation_id, frame.head_seq);
    for (const mark of frame.watermarks) copy.watermarks.lift(mark.user_id, mark.delivered_seq, mark.read_seq);
    this.countUnread(copy);
  }

  /** Every announced head must have been reached; where not, there is a hole. */
  synced(): void {
    for (const [name, headSeq] of this.heads)
      if ((this.conversations.get(name)?.cursor ?? 0) < headSeq) this.holes.open(name, headSeq);
    this.heads.clear();
  }

  /** What to ask the API for now. */
  ask(now: number): Effect[] {
    const generation = this.generation;
    const pages = this.holes.takeDue(now).map((conversationId): Effect => {
      const after = this.conversations.get(conversationId)?.cursor ?? 0;
      return { effect: "FetchMissing", conversationId, after, generation };
    });
    const descriptions = this.describing
      .takeDue(now)
      .map((conversationId): Effect => ({ effect: "FetchConversation", conversationId, generation }));
    return [...pages, ...descriptions];
  }

  /** When to ask next. */
  nextAt(): number | null {
    return earliest([this.holes.nextAt(), this.describing.nextAt()]);
  }

  /** A page has been accepted: close the hole, ask on, ask again later, or give up. */
  filled(asked: FetchMissing, now: number): Effect[] {
    const name = asked.conversationId;
    const hole = this.holes.get(name);
    const copy = this.conversations.get(name);
    if (hole === undefined || copy === undefined) return [];
    if (copy.held.size === 0 && copy.cursor >= hole.untilSeq) this.holes.close(name);
    else if (copy.cursor > asked.after) hole.progress();
    else if (hole.attempts < ATTEMPTS_MAX) hole.wait(now, true);
    else return this.skip(copy, hole.untilSeq);
    return [];
  }

  /** The API's word on a conversation. */
  describe(asked: FetchConversation, summary: ConversationSummary, now: number): Effect[] {
    const copy = this.conversations.get(asked.conversationId);
    if (asked.generation !== this.generation || copy === undefined) return [];
    if (!copy.describe(summary)) {
      this.describing.failed(asked.conversationId, now);
      return [];
    }
    this.describing.done(asked.conversationId);
    return [announce({ type: "Described", conversation_id: asked.conversationId })];
  }

  /** The API gave none: again later. */
  describeFailed(asked: FetchConversation, now: number): void {
    if (asked.generation === this.generation) this.describing.failed(asked.conversationId, now);
  }

  /** The timeline could not be asked: again later. */
  failed(asked: FetchMissing, now: number): void {
    if (asked.generation === this.generation) this.holes.get(asked.conversationId)?.wait(now, false);
  }

  private countUnread(copy: Conversation): void {
    if (copy.kind !== null && !copy.isUnreadKnown) this.describing.want(copy.conversationId);
  }

  private skip(copy: Conversation, untilSeq: number): Effect[] {
    const name = copy.conversationId;
    const afterSeq = copy.cursor;
    const beforeSeq = copy.held.size > 0 ? Math.min(...copy.held.keys()) : untilSeq + 1;
    const fresh = copy.skipTo(beforeSeq);
    this.holes.close(name);
    if (copy.held.size > 0) this.holes.open(name, Math.max(...copy.held.keys()));
    const skipped = { type: "HoleSkipped", conversation_id: name, after_seq: afterSeq, before_seq: beforeSeq } as const;
    return [announce(skipped), ...fresh.map(announce)];
  }

  private forget(): void {
    this.holes.clear();
    this.heads.clear();
    this.describing.again();
    this.generation += 1;
  }
}
