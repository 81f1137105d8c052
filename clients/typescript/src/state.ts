/** What a device knows of a conversation, as one value that can be compared: with what the API shows, or with what
 * another client library made of the same frames. Pure.
 */

import type { MessageSent, TimelineEvent, Timestamp } from "./events.js";
import type { Conversation } from "./local.js";
import type { Member, Settings } from "./summaries.js";

/** `role` is null where one has left. Then settings and the others are nobody's to show, and left out; and so is what
 * messages say, for the API shows who has left what was deleted since, but no device is told. */
export interface ConversationState {
  readonly conversation_id: string;
  readonly kind: string | null;
  readonly name: string | null;
  readonly settings: Settings | null;
  readonly head_seq: number;
  readonly role: string | null;
  readonly delivered_seq: number;
  readonly read_seq: number;
  readonly unread: number;
  readonly muted_until: Timestamp | null;
  readonly members: readonly Member[];
  readonly timeline: readonly TimelineEvent[];
}

/** The local copy's. Whole only if the copy is: described, and paged back to its beginning. */
export function ofCopy(copy: Conversation): ConversationState {
  const seat = copy.roster.members.get(copy.ownUserId);
  return {
    conversation_id: copy.conversationId,
    kind: copy.kind,
    name: copy.name,
    settings: copy.isMember ? copy.roster.settings : null,
    head_seq: copy.cursor,
    role: seat !== undefined && copy.isMember ? seat.role : null,
    delivered_seq: copy.ownMark.delivered_seq,
    read_seq: copy.ownMark.read_seq,
    unread: copy.unread,
    muted_until: copy.mutedUntil,
    members: copy.isMember ? shownMembers(copy) : [],
    timeline: copy.history.map(copy.isMember ? inOrder : withoutBody),
  };
}

/** By id, and of others what concerns oneself: the last of one's own messages and edits, since one joined, that they
 * have passed. */
function shownMembers(copy: Conversation): Member[] {
  const ownJoinedSeq = copy.roster.members.get(copy.ownUserId)?.joined_seq ?? 0;
  const ownSeqs = copy.history
    .filter((event) => event.type === "MessageSent" || event.type === "MessageEdited")
    .filter((event) => event.actor_id === copy.ownUserId && event.seq >= ownJoinedSeq)
    .map((event) => event.seq);
  const shown = [...copy.roster.members].map(([userId, seat]): Member => {
    const mark = copy.watermarks.of(userId);
    const isOwn = userId === copy.ownUserId;
    return {
      user_id: userId,
      role: seat.role,
      joined_seq: seat.joined_seq,
      delivered_seq: isOwn ? mark.delivered_seq : covered(ownSeqs, mark.delivered_seq),
      read_seq: isOwn ? mark.read_seq : covered(ownSeqs, mark.read_seq),
    };
  });
  return shown.sort((one, other) => (one.user_id < other.user_id ? -1 : 1));
}

function covered(ownSeqs: readonly number[], watermark: number): number {
  return ownSeqs.findLast((seq) => seq <= watermark) ?? 0;
}

/** The order of reactions says nothing. */
function inOrder(event: TimelineEvent): TimelineEvent {
  if (event.type !== "MessageSent") return event;
  const reactions = [...event.reactions].sort((one, other) => (one.user_id < other.user_id ? -1 : 1));
  return { ...event, reactions };
}

function withoutBody(event: TimelineEvent): TimelineEvent {
  const ordered = inOrder(event);
  if (ordered.type === "MessageSent") return { ...ordered, body: null, is_deleted: false } satisfies MessageSent;
  return ordered.type === "MessageEdited" ? { ...ordered, body: null } : ordered;
}
