/** One's own receipts: what has arrived and what was read, told to the server together and in time. Pure.
 *
 * Only what has ticks calls for a receipt: others' messages and edits. A receipt is said once per connection, and again
 * on the next one while the server has not confirmed it. None goes backwards, and none to what one has left.
 */

import type { Copies } from "./copies.js";
import { type Effect, send } from "./effects.js";
import type { TimelineEvent } from "./events.js";
import type { Conversation } from "./local.js";

export const WINDOW_SECONDS = 0.05; // the first receipt goes at once; those that follow it within this go together

/** What is to be acknowledged of a conversation, and what was said on this connection. */
interface Receipt {
  delivered: number;
  read: number;
  saidDelivered: number;
  saidRead: number;
}

/** By conversation, those that the server has not confirmed. `isOn`: delivery is acknowledged by itself. */
export class Receipts {
  private readonly open = new Map<string, Receipt>();
  private quietUntil = 0;
  private isDue = false;

  constructor(
    private readonly copies: Copies,
    private readonly isOn: boolean,
  ) {}

  /** What was said may not have arrived. */
  disconnected(): void {
    this.quietUntil = 0;
    this.sayAgain();
  }

  /** An event stands in the local copy. */
  applied(event: TimelineEvent, ownUserId: string): void {
    if ((event.type === "MessageSent" || event.type === "MessageEdited") && event.actor_id !== ownUserId)
      this.deliver(event.conversation_id, event.seq);
  }

  /** A Snapshot has brought all up to its heads. */
  replaced(): void {
    this.open.clear();
    for (const [name, copy] of this.copies.conversations)
      if (copy.ownMark.delivered_seq < copy.cursor) this.deliver(name, copy.cursor);
  }

  /** A person has seen everything up to a seq, or all that is here. */
  read(conversationId: string, upToSeq: number | null): void {
    const copy = this.copies.conversations.get(conversationId);
    if (copy === undefined) return;
    const seq = upToSeq === null ? copy.cursor : Math.min(upToSeq, copy.cursor);
    const receipt = this.receiptOf(conversationId);
    if (!copy.needsReceipt(Math.max(receipt.read, copy.ownMark.read_seq), seq)) return;
    receipt.read = seq;
    this.isDue = true;
  }

  /** A frame without a client_id was refused, perhaps a receipt. */
  rateLimited(retryAfterSeconds: number, now: number): void {
    this.quietUntil = Math.max(this.quietUntil, now + retryAfterSeconds);
    this.sayAgain();
  }

  /** What is due, one frame for each conversation and kind. */
  flush(now: number): Effect[] {
    if (!this.isDue || now < this.quietUntil) return [];
    this.isDue = false;
    this.quietUntil = now + WINDOW_SECONDS;
    return [...this.open].flatMap(([name, receipt]) => this.say(name, receipt));
  }

  /** When `flush` has something to do. */
  nextAt(): number | null {
    return this.isDue ? this.quietUntil : null;
  }

  private deliver(conversationId: string, seq: number): void {
    if (!this.isOn) return;
    const receipt = this.receiptOf(conversationId);
    receipt.delivered = Math.max(receipt.delivered, seq);
    this.isDue = true;
  }

  private receiptOf(conversationId: string): Receipt {
    let receipt = this.open.get(conversationId);
    if (receipt === undefined) {
      receipt = { delivered: 0, read: 0, saidDelivered: 0, saidRead: 0 };
      this.open.set(conversationId, receipt);
    }
    return receipt;
  }

  private say(name: string, receipt: Receipt): Effect[] {
    const copy = this.copies.conversations.get(name);
    if (copy === undefined || !copy.isMember || isConfirmed(receipt, copy)) {
      this.open.delete(name);
      return [];
    }
    const effects: Effect[] = [];
    if (receipt.read > Math.max(copy.ownMark.read_seq, receipt.saidRead)) {
      receipt.saidRead = receipt.read;
      effects.push(send({ type: "AcknowledgeRead", conversation_id: name, seq: receipt.read }));
    }
    if (receipt.delivered > Math.max(copy.ownMark.delivered_seq, receipt.saidDelivered, receipt.saidRead)) {
      receipt.saidDelivered = receipt.delivered;
      effects.push(send({ type: "AcknowledgeDelivery", conversation_id: name, seq: receipt.delivered }));
    }
    return effects;
  }

  private sayAgain(): void {
    for (const receipt of this.open.values()) receipt.saidDelivered = receipt.saidRead = 0;
    this.isDue = this.open.size > 0;
  }
}

function isConfirmed(receipt: Receipt, copy: Conversation): boolean {
  return receipt.read <= copy.ownMark.read_seq && receipt.delivered <= copy.ownMark.delivered_seq;
}
