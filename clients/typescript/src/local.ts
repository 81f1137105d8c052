/** The local copy of one conversation: its history, its members, how far each has come.
 *
 * `cursor` is the last seq up to which nothing is missing; events over a hole wait in `held` until the hole is filled.
 * Live events bring the copy to where the API would show it: `state.ts` gives what can be compared of the two.
 */

import type { MessageSent, TimelineEvent, Timestamp } from "./events.js";
import type { TypingChanged } from "./frames.js";
import { History } from "./history.js";
import { Roster, type Seat } from "./roster.js";
import type { ConversationSummary, Settings, Watermark } from "./summaries.js";
import { Watermarks } from "./watermarks.js";

/** What the API counted: so many unread up to `seq`, while one's own read position was `readSeq`. */
export interface Counted {
  readonly seq: number;
  readonly readSeq: number;
  readonly unread: number;
}

/** A copy as it is kept beyond the life of a page: its newest events, and all else that cannot be counted from them. */
export interface SavedConversation {
  readonly conversationId: string;
  readonly cursor: number;
  readonly completeFrom: number;
  readonly kind: string | null;
  readonly name: string | null;
  readonly settings: Settings | null;
  readonly members: readonly (readonly [string, Seat])[];
  readonly isMember: boolean;
  readonly isComplete: boolean;
  readonly watermarks: readonly Watermark[];
  readonly mutedUntil: Timestamp | null;
  readonly counted: Counted;
  readonly headMessage: MessageSent | null;
  readonly events: readonly TimelineEvent[];
}

const UNREAD_KINDS: ReadonlySet<string> = new Set(["MessageSent"]);
const RECEIPT_KINDS: ReadonlySet<string> = new Set(["MessageSent", "MessageEdited"]);

/** Read it as you like; only the session changes it. */
export class Conversation {
  readonly roster = new Roster();
  readonly watermarks = new Watermarks();
  readonly typing = new Set<string>();
  readonly held = new Map<number, TimelineEvent>();
  mutedUntil: Timestamp | null = null;
  /** From here to the cursor all that one may see is here. */
  completeFrom: number;
  private past = new History();
  private counted: Counted = { seq: 0, readSeq: 0, unread: 0 };
  private headMessage: MessageSent | null = null;

  constructor(
    readonly conversationId: string,
    public cursor = 0,
    public ownUserId = "",
  ) {
    this.completeFrom = cursor + 1;
  }

  /** `direct`, `group`, or null while it is not known. */
  get kind(): string | null {
    return this.roster.kind;
  }

  /** A group's name. */
  get name(): string | null {
    return this.roster.name;
  }

  /** The members, as far as they are known. */
  get memberIds(): string[] {
    return [...this.roster.members.keys()];
  }

  /** Whether one has not left. */
  get isMember(): boolean {
    return this.roster.isMember;
  }

  /** The events that are here, by seq; messages as they are now. */
  get events(): ReadonlyMap<number, TimelineEvent> {
    return this.past.events;
  }

  /** The seqs of the events that are here, ascending. */
  get seqs(): readonly number[] {
    return this.past.seqs;
  }

  /** The events that are here, ascending. */
  get history(): TimelineEvent[] {
    return this.past.seqs.map((seq) => this.past.events.get(seq) as TimelineEvent);
  }

  /** The newest message, as far as it is known. */
  get lastMessage(): MessageSent | null {
    for (let index = this.seqs.length - 1; index >= 0; index -= 1) {
      const event = this.events.get(this.seqs[index] as number);
      if (event?.type === "MessageSent") return event;
    }
    return this.headMessage;
  }

  /** When something happened last, as far as is known here; empty where nothing is. */
  get lastAt(): Timestamp {
    const newest = this.events.get(this.seqs.at(-1) ?? 0);
    return newest?.at ?? this.headMessage?.at ?? "";
  }

  /** How far oneself has come. */
  get ownMark(): Watermark {
    return this.watermarks.of(this.ownUserId);
  }

  /** Others' messages after one's own read position: counted here, or by the API where too little is here. */
  get unread(): number {
    const after = this.isUnreadHere ? this.ownMark.read_seq : this.counted.seq;
    const here = this.countAnothers(after + 1);
    return this.isUnreadHere ? here : here + this.counted.unread;
  }

  /** Whether everything after one's own read position is here. */
  get isUnreadHere(): boolean {
    return this.completeFrom <= this.ownMark.read_seq + 1;
  }

  /** False when one has read on another device what is not here: only the API can count the rest. */
  get isUnreadKnown(): boolean {
    return this.isUnreadHere || this.counted.readSeq === this.ownMark.read_seq;
  }

  /** A message as it is now, if it is here. */
  message(messageId: string): MessageSent | null {
    return this.past.message(messageId);
  }

  /** The seq that a reader must have passed to have its present text: the last edit's, or its own. */
  decisiveSeq(message: MessageSent): number {
    return this.past.decisiveSeq(message);
  }

  /** Takes an event; gives those that are new and in order now: none for a repeat or over a hole. */
  accept(event: TimelineEvent): TimelineEvent[] {
    if (event.seq > this.cursor) this.held.set(event.seq, event);
    return this.release();
  }

  /** Gives up on what is missing before a seq: what waits from there on is taken as it is. */
  skipTo(seq: number): TimelineEvent[] {
    this.cursor = Math.max(this.cursor, seq - 1);
    this.completeFrom = this.cursor + 1;
    this.roster.isComplete = false;
    return this.release();
  }

  /** The page before `completeFrom`. */
  remember(events: readonly TimelineEvent[], hasMore: boolean): void {
    const older = events.filter((event) => event.seq <= this.cursor);
    this.past.remember(older);
    const first = older.reduce((least, event) => Math.min(least, event.seq), this.completeFrom);
    this.completeFrom = Math.min(this.completeFrom, hasMore ? first : 1);
  }

  /** What the API says of the conversation; false if that is older than what is here, and so of no use. */
  describe(summary: ConversationSummary): boolean {
    if (summary.head_seq < this.completeFrom - 1) return false;
    this.mutedUntil = summary.muted_until;
    this.roster.describe(summary);
    for (const member of summary.members ?? [])
      if (typeof member !== "string") this.watermarks.lift(member.user_id, member.delivered_seq, member.read_seq);
    this.watermarks.lift(this.ownUserId, summary.delivered_seq, summary.read_seq);
    this.counted = { seq: summary.head_seq, readSeq: summary.read_seq, unread: summary.unread };
    for (const event of this.since(summary.head_seq + 1)) this.foldMembers(event);
    return true;
  }

  /** The row of a Snapshot: the copy begins at its head. */
  begin(summary: ConversationSummary): void {
    const head = summary.head_message;
    if (head !== null && head.seq === summary.head_seq) this.remember([head], true);
    this.headMessage = head;
    this.describe(summary);
  }

  /** To be kept, with at most so many events. */
  save(eventsMax: number): SavedConversation {
    const { roster } = this;
    const completeFrom = Math.max(this.completeFrom, this.cursor - eventsMax + 1);
    return {
      conversationId: this.conversationId,
      cursor: this.cursor,
      completeFrom,
      kind: roster.kind,
      name: roster.name,
      settings: roster.settings,
      members: [...roster.members],
      isMember: roster.isMember,
      isComplete: roster.isComplete,
      watermarks: [...this.watermarks.all()],
      mutedUntil: this.mutedUntil,
      counted: { seq: this.cursor, readSeq: this.ownMark.read_seq, unread: this.unread },
      headMessage: this.lastMessage,
      events: this.since(completeFrom),
    };
  }

  /** One that was kept. */
  static restore(saved: SavedConversation, ownUserId: string): Conversation {
    const copy = new Conversation(saved.conversationId, saved.cursor, ownUserId);
    const { roster } = copy;
    roster.kind = saved.kind;
    roster.name = saved.name;
    roster.settings = saved.settings;
    roster.members = new Map(saved.members);
    roster.isMember = saved.isMember;
    roster.isComplete = saved.isComplete;
    for (const mark of saved.watermarks) copy.watermarks.lift(mark.user_id, mark.delivered_seq, mark.read_seq);
    copy.mutedUntil = saved.mutedUntil;
    copy.counted = saved.counted;
    copy.headMessage = saved.headMessage;
    copy.past.remember(saved.events);
    copy.completeFrom = saved.completeFrom;
    return copy;
  }

  /** Somebody types, or no longer does. */
  setTyping(frame: TypingChanged): void {
    if (frame.is_typing) this.typing.add(frame.user_id);
    else this.typing.delete(frame.user_id);
  }

  /** Whether there may be something of others between that has ticks: a message or an edit. */
  needsReceipt(afterSeq: number, upToSeq: number): boolean {
    if (afterSeq + 1 < Math.min(this.completeFrom, upToSeq + 1)) return true; // more than is here
    for (let seq = upToSeq; seq >= Math.max(afterSeq + 1, this.completeFrom); seq -= 1)
      if (this.isAnothers(seq, RECEIPT_KINDS)) return true;
    return false;
  }

  private release(): TimelineEvent[] {
    const released: TimelineEvent[] = [];
    while (this.held.size > 0) {
      const seq = Math.min(...this.held.keys());
      const event = this.held.get(seq) as TimelineEvent;
      if (seq !== this.cursor + 1) {
        if (!this.isReturn(event)) return released;
        this.past = new History(); // what is older may have been deleted meanwhile
        this.completeFrom = seq;
      }
      this.held.delete(seq);
      this.cursor = seq;
      this.past.append(event);
      this.fold(event);
      released.push(event);
    }
    return released;
  }

  /** Whether one comes back after having left: what lies between is nobody's to show. */
  private isReturn(event: TimelineEvent): boolean {
    return !this.isMember && event.type === "MembersAdded" && event.member_ids.includes(this.ownUserId);
  }

  private fold(event: TimelineEvent): void {
    this.foldMembers(event);
    if (event.type === "MessageSent") {
      this.typing.delete(event.sender_id);
      // Sending implies having read; of others the server says so.
      if (event.sender_id === this.ownUserId) this.watermarks.lift(event.sender_id, event.seq, event.seq);
    } else if (event.type === "MemberRemoved") this.typing.delete(event.user_id);
  }

  private foldMembers(event: TimelineEvent): void {
    this.roster.fold(event, this.ownUserId);
    if (event.type === "GroupCreated") {
      this.join(event.member_ids, event.seq);
      this.watermarks.lift(event.actor_id ?? "", event.seq, event.seq);
    } else if (event.type === "MembersAdded" || event.type === "MessageSent") {
      this.join(event.member_ids ?? [], event.seq);
    }
  }

  /** Who joins has nothing to read but what follows. */
  private join(userIds: readonly string[], seq: number): void {
    for (const userId of userIds) this.watermarks.lift(userId, seq - 1, seq - 1);
  }

  private since(seq: number): TimelineEvent[] {
    const first = this.seqs.findIndex((one) => one >= seq);
    return first < 0 ? [] : this.seqs.slice(first).map((one) => this.events.get(one) as TimelineEvent);
  }

  private countAnothers(fromSeq: number): number {
    let count = 0;
    for (let seq = Math.max(fromSeq, this.completeFrom); seq <= this.cursor; seq += 1)
      if (this.isAnothers(seq, UNREAD_KINDS)) count += 1;
    return count;
  }

  private isAnothers(seq: number, kinds: ReadonlySet<string>): boolean {
    const event = this.events.get(seq);
    return event !== undefined && kinds.has(event.type) && event.actor_id !== this.ownUserId;
  }
}
