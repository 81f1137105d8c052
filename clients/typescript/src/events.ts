/** Events of a timeline, as the wire has them: live, in CaughtUp, and over HTTP. PROTOCOL, section 2.
 *
 * Names of fields are the protocol's own. What a message says now is on its `MessageSent` where that comes from the
 * timeline; live it comes as it was sent.
 */

/** RFC 3339 in UTC, with milliseconds. */
export type Timestamp = string;
export type Role = "admin" | "member";
export type Who = "everyone" | "admins";

/** What a message says: `kind` is `text` or `media`, or one that came later. */
export interface Body {
  readonly kind: string;
  readonly text?: string;
  readonly media_id?: string;
  readonly caption?: string;
}

export interface Reaction {
  readonly user_id: string;
  readonly emoji: string;
}

/** What every event with a place in its conversation has. `client_id` is there for the author's own devices only. */
interface Place {
  readonly conversation_id: string;
  readonly seq: number;
  readonly at: Timestamp;
  readonly actor_id: string | null;
  readonly client_id: string | null;
}

/** A message. From the timeline and CaughtUp it comes with its current body, `edited_at` and reactions. */
export interface MessageSent extends Place {
  readonly type: "MessageSent";
  readonly message_id: string;
  readonly message_number: number;
  readonly sender_id: string;
  readonly body: Body | null;
  readonly reply_to: string | null;
  readonly mentions: readonly string[];
  readonly sent_at: Timestamp;
  readonly member_ids: readonly string[] | null;
  readonly edited_at: Timestamp | null;
  readonly is_deleted: boolean;
  readonly reactions: readonly Reaction[];
}

export interface MessageEdited extends Place {
  readonly type: "MessageEdited";
  readonly message_id: string;
  readonly body: Body | null;
}

export interface MessageDeleted extends Place {
  readonly type: "MessageDeleted";
  readonly message_id: string;
}

export interface ReactionSet extends Place {
  readonly type: "ReactionSet";
  readonly message_id: string;
  readonly user_id: string;
  readonly emoji: string | null;
}

export interface GroupCreated extends Place {
  readonly type: "GroupCreated";
  readonly name: string | null;
  readonly member_ids: readonly string[];
}

export interface MembersAdded extends Place {
  readonly type: "MembersAdded";
  readonly member_ids: readonly string[];
}

export interface MemberRemoved extends Place {
  readonly type: "MemberRemoved";
  readonly user_id: string;
  readonly promoted_user_id: string | null;
}

export interface RoleChanged extends Place {
  readonly type: "RoleChanged";
  readonly user_id: string;
  readonly role: string;
}

/** What is absent stayed as it was. */
export interface GroupSettingsChanged extends Place {
  readonly type: "GroupSettingsChanged";
  readonly name?: string;
  readonly description?: string;
  readonly avatar_media_id?: string | null;
  readonly who_can_send?: string;
  readonly who_can_add?: string;
}

/** A timeline event of an unknown type: it has its place, so that it leaves no hole. */
export interface UnknownEvent extends Place {
  readonly type: "UnknownEvent";
  readonly event_type: string;
}

export type Change = MessageEdited | MessageDeleted | ReactionSet;
export type TimelineEvent =
  | MessageSent
  | Change
  | GroupCreated
  | MembersAdded
  | MemberRemoved
  | RoleChanged
  | GroupSettingsChanged
  | UnknownEvent;

/** The text, or the caption of a media message; null where it was deleted or erased. */
export function textOf(message: MessageSent): string | null {
  const body = message.body;
  if (body === null) return null;
  return (body.kind === "text" ? body.text : body.caption) ?? null;
}
