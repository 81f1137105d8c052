/** What one says: commands on their way, and words that were refused, each where it belongs. */

import { signal } from "@preact/signals";
import { type Command, type CommandRefused, FrameTooLarge, type Pending, type SendMessage } from "@backchannel/client";
import type { Chat } from "./chat.js";
import { faultText, reasonText } from "./words.js";

/** A message of one's own that the server has refused. */
export interface Failed {
  readonly command: SendMessage;
  readonly why: string;
}

const TYPING_AGAIN_MS = 3_000;

export class Outgoing {
  private readonly failed = signal<readonly Failed[]>([]);
  private readonly given = new Map<string, Command>(); // by client_id: what a refusal will speak of
  private typingSentAt = 0;

  constructor(private readonly chat: Chat) {}

  /** Gives a command; it waits while there is no line. A refusal comes as a frame. */
  async give(command: Command): Promise<void> {
    this.given.set(command.client_id, command);
    this.chat.changes.note(this.chat.openId() ?? "");
    try {
      await this.chat.client.sendCommand(command);
    } catch (fault) {
      if (fault instanceof FrameTooLarge) this.chat.notes.tell(faultText(fault));
    }
  }

  /** Commands of an earlier page wait too: what they say is known from the outbox. */
  look(): void {
    for (const pending of this.chat.client.pending) this.given.set(pending.command.client_id, pending.command);
  }

  refused(frame: CommandRefused): void {
    const command = this.given.get(frame.client_id ?? "");
    if (command === undefined) return;
    this.given.delete(command.client_id);
    const why = reasonText(frame.reason);
    if (command.type === "SendMessage") this.failed.value = [...this.failed.value, { command, why }];
    else this.chat.notes.tell(why);
  }

  answered(clientId: string): void {
    this.given.delete(clientId);
  }

  discard(failed: Failed): void {
    this.failed.value = this.failed.value.filter((one) => one !== failed);
  }

  /** What waits for its answer and belongs to what is open. */
  pendingHere(): Pending[] {
    this.chat.changes.follow("");
    return this.chat.client.pending.filter((one) => this.isHere(one.conversationId, one.toUserId));
  }

  /** What was refused and belongs to what is open. */
  failedHere(): Failed[] {
    return this.failed.value.filter(({ command }) => this.isHere(command.conversation_id, command.to_user_id));
  }

  /** Tells that one types, not more often than needed. */
  typing(isTyping: boolean): void {
    const conversationId = this.chat.openId();
    if (conversationId === null || !this.chat.client.isSynced) return;
    const isRecent = Date.now() - this.typingSentAt < TYPING_AGAIN_MS;
    if (isTyping === isRecent) return;
    this.typingSentAt = isTyping ? Date.now() : 0;
    this.chat.client.setTyping(conversationId, isTyping);
  }

  /** One's message has gone: the server knows that typing is over. */
  typed(): void {
    this.typingSentAt = 0;
  }

  private isHere(conversationId: string | null | undefined, userId: string | null | undefined): boolean {
    const openId = this.chat.openId();
    if (conversationId) return conversationId === openId;
    return Boolean(userId) && userId === this.chat.openUserId();
  }
}
