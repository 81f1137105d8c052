/** What stands in a conversation from top to bottom: messages, what happened, days, and where the unread begin. Pure. */

import type { Conversation } from "@backchannel/client";
import { dayOf } from "./times.js";

/** `continues`: the message belongs to the one above it, of the same person. */
export type Row =
  | { readonly kind: "day"; readonly key: string; readonly at: string }
  | { readonly kind: "unread"; readonly key: string }
  | { readonly kind: "message"; readonly key: string; readonly seq: number; readonly continues: boolean }
  | { readonly kind: "notice"; readonly key: string; readonly seq: number };

const TOGETHER_MS = 180_000;
const NOTICES: ReadonlySet<string> = new Set([
  "GroupCreated",
  "MembersAdded",
  "MemberRemoved",
  "RoleChanged",
  "GroupSettingsChanged",
  "UnknownEvent",
]);

/** The rows of one conversation. Edits, deletions and reactions stand on their message; new events only add rows. */
export class Rows {
  private rows: Row[] = [];
  private copy: Conversation | null = null;
  private done = 0;
  private firstSeq = 0;
  private lastDay = Number.NaN;
  private lastSender = "";
  private lastSentMs = 0;
  private hasMark = false;

  /** `unreadAfter`: where the reader had got to when they opened it; null: no mark. */
  constructor(private readonly unreadAfter: number | null) {}

  of(copy: Conversation): readonly Row[] {
    const { seqs } = copy;
    const isContinued = copy === this.copy && this.done <= seqs.length && seqs[0] === this.firstSeq;
    if (!isContinued) this.restart(copy);
    if (this.done < seqs.length) this.rows = [...this.rows];
    for (; this.done < seqs.length; this.done += 1) this.add(copy, seqs[this.done] as number);
    return this.rows;
  }

  private restart(copy: Conversation): void {
    this.rows = [];
    this.done = 0;
    this.copy = copy;
    this.firstSeq = copy.seqs[0] ?? 0;
    this.lastDay = Number.NaN;
    this.lastSender = "";
    this.hasMark = false;
  }

  private add(copy: Conversation, seq: number): void {
    const event = copy.events.get(seq);
    if (event === undefined || !(event.type === "MessageSent" || NOTICES.has(event.type))) return;
    const day = dayOf(event.at);
    if (day !== this.lastDay) this.push({ kind: "day", key: `day ${seq}`, at: event.at }, day);
    if (event.type !== "MessageSent") return this.push({ kind: "notice", key: `seq ${seq}`, seq }, day);
    const isNews = this.unreadAfter !== null && seq > this.unreadAfter && event.sender_id !== copy.ownUserId;
    if (isNews && !this.hasMark) this.push({ kind: "unread", key: "unread" }, day);
    this.hasMark ||= isNews;
    const sentMs = Date.parse(event.at);
    const continues = event.sender_id === this.lastSender && sentMs - this.lastSentMs < TOGETHER_MS;
    this.rows.push({ kind: "message", key: `seq ${seq}`, seq, continues });
    this.lastSender = event.sender_id;
    this.lastSentMs = sentMs;
  }

  private push(row: Row, day: number): void {
    this.rows.push(row);
    this.lastDay = day;
    this.lastSender = "";
  }
}
