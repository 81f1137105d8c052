/** The events of a conversation that are here, each message as it is now: edited, deleted, reacted to. Pure.
 *
 * A page of the timeline may have been read before or after the changes that came live. So the changes that are here
 * are laid over its messages again, in order: each sets, and none counts, so the last one decides.
 */

import type { Change, MessageSent, Reaction, ReactionSet, TimelineEvent } from "./events.js";

/** Events by seq. `seqs` are ascending. */
export class History {
  readonly events = new Map<number, TimelineEvent>();
  private ascending: number[] = [];
  private readonly seqsOfMessages = new Map<string, number>();
  private readonly changes = new Map<string, number[]>(); // the seqs of a message's changes, ascending

  get seqs(): readonly number[] {
    return this.ascending;
  }

  /** The next event, live. */
  append(event: TimelineEvent): void {
    this.ascending.push(event.seq);
    this.put(event);
    if (isChange(event)) this.apply(event);
  }

  /** Older events, from a page; those that are here already stay. */
  remember(events: readonly TimelineEvent[]): void {
    const fresh = events.filter((event) => !this.events.has(event.seq));
    if (fresh.length === 0) return;
    this.ascending = [...fresh.map((event) => event.seq), ...this.ascending].sort((a, b) => a - b);
    for (const event of fresh) this.put(event);
    for (const event of fresh)
      if (event.type === "MessageSent") for (const change of this.changesOf(event.message_id)) this.apply(change);
  }

  /** A message as it is now. */
  message(messageId: string): MessageSent | null {
    const event = this.events.get(this.seqsOfMessages.get(messageId) ?? 0);
    return event?.type === "MessageSent" ? event : null;
  }

  /** The seq that a reader must have passed to have its present text: the last edit's, or its own. */
  decisiveSeq(message: MessageSent): number {
    const edits = this.changesOf(message.message_id).filter((change) => change.type === "MessageEdited");
    return edits.at(-1)?.seq ?? message.seq;
  }

  private put(event: TimelineEvent): void {
    this.events.set(event.seq, event);
    if (event.type === "MessageSent") this.seqsOfMessages.set(event.message_id, event.seq);
    else if (isChange(event)) {
      const seqs = this.changes.get(event.message_id) ?? [];
      seqs.push(event.seq);
      this.changes.set(event.message_id, seqs.sort((a, b) => a - b));
    }
  }

  private changesOf(messageId: string): Change[] {
    const seqs = this.changes.get(messageId) ?? [];
    return seqs.map((seq) => this.events.get(seq) as Change);
  }

  private apply(change: Change): void {
    const message = this.message(change.message_id);
    if (message === null) return;
    this.events.set(message.seq, this.changed(message, change));
  }

  private changed(message: MessageSent, change: Change): MessageSent {
    switch (change.type) {
      case "MessageEdited":
        if (!message.is_deleted) return { ...message, body: change.body, edited_at: change.at };
        this.events.set(change.seq, { ...change, body: null });
        return { ...message, edited_at: change.at };
      case "MessageDeleted":
        this.hideEdits(message.message_id);
        return { ...message, body: null, is_deleted: true };
      case "ReactionSet":
        return { ...message, reactions: reacted(message.reactions, change) };
    }
  }

  /** What was deleted is not shown in its edits either. */
  private hideEdits(messageId: string): void {
    for (const change of this.changesOf(messageId))
      if (change.type === "MessageEdited") this.events.set(change.seq, { ...change, body: null });
  }
}

function isChange(event: TimelineEvent): event is Change {
  return event.type === "MessageEdited" || event.type === "MessageDeleted" || event.type === "ReactionSet";
}

function reacted(reactions: readonly Reaction[], change: ReactionSet): readonly Reaction[] {
  const others = reactions.filter((one) => one.user_id !== change.user_id);
  return change.emoji === null ? others : [...others, { user_id: change.user_id, emoji: change.emoji }];
}
