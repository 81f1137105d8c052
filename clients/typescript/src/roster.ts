/** Who is in a conversation and what it is called: what its events, or the API, tell. Pure. */

import type {
  GroupCreated,
  GroupSettingsChanged,
  MemberRemoved,
  MembersAdded,
  TimelineEvent,
} from "./events.js";
import { type ConversationSummary, DEFAULT_SETTINGS, type Member, type Settings } from "./summaries.js";

/** A member's place: the role, and the seq at which they joined. */
export interface Seat {
  readonly role: string;
  readonly joined_seq: number;
}

/** `isComplete`: everything here is known, not only what some events told. `isMember` speaks of oneself. */
export class Roster {
  kind: string | null = null;
  name: string | null = null;
  settings: Settings | null = null;
  members = new Map<string, Seat>();
  isMember = false;
  isComplete = false;

  /** The next event. */
  fold(event: TimelineEvent, ownUserId: string): void {
    switch (event.type) {
      case "GroupCreated":
        return this.create(event, ownUserId);
      case "MembersAdded":
        return this.add(event, ownUserId);
      case "MemberRemoved":
        return this.remove(event, ownUserId);
      case "RoleChanged":
        return this.setRole(event.user_id, event.role);
      case "GroupSettingsChanged":
        return this.set(event);
      case "MessageSent":
        if (event.member_ids !== null) return this.begin(event.member_ids, event.seq);
    }
    this.isMember = true; // who is none is shown nothing new
  }

  /** What the API says; of a list's row, as far as it goes. */
  describe(summary: ConversationSummary): void {
    this.kind = summary.kind;
    this.name = summary.name;
    this.isMember = summary.role !== null;
    this.settings = summary.settings;
    const members = summary.members ?? [];
    this.members = new Map(members.map(seatOf));
    this.isComplete = members.length > 0 && members.every((member) => typeof member !== "string");
  }

  private begin(memberIds: readonly string[], seq: number): void {
    this.kind = "direct";
    this.isMember = this.isComplete = true;
    this.members = new Map(memberIds.map((userId) => [userId, { role: "member", joined_seq: seq }]));
  }

  private create(event: GroupCreated, ownUserId: string): void {
    this.kind = "group";
    this.name = event.name;
    this.settings = DEFAULT_SETTINGS;
    this.members = new Map(event.member_ids.map((userId) => [userId, { role: "member", joined_seq: event.seq }]));
    this.members.set(event.actor_id ?? ownUserId, { role: "admin", joined_seq: event.seq });
    this.isMember = this.isComplete = true;
  }

  private add(event: MembersAdded, ownUserId: string): void {
    if (event.member_ids.includes(ownUserId)) {
      this.isMember = true;
      this.isComplete = false; // what happened before is not shown to oneself
    }
    this.kind = "group";
    for (const userId of event.member_ids) this.members.set(userId, { role: "member", joined_seq: event.seq });
  }

  private remove(event: MemberRemoved, ownUserId: string): void {
    this.members.delete(event.user_id);
    this.isMember = event.user_id !== ownUserId;
    if (event.promoted_user_id !== null) this.setRole(event.promoted_user_id, "admin");
  }

  private setRole(userId: string, role: string): void {
    this.members.set(userId, { joined_seq: this.members.get(userId)?.joined_seq ?? 1, role });
  }

  private set(event: GroupSettingsChanged): void {
    if (event.name !== undefined) this.name = event.name;
    const known = this.settings ?? DEFAULT_SETTINGS;
    this.settings = {
      description: event.description ?? known.description,
      avatar_media_id: event.avatar_media_id === undefined ? known.avatar_media_id : event.avatar_media_id,
      who_can_send: event.who_can_send ?? known.who_can_send,
      who_can_add: event.who_can_add ?? known.who_can_add,
    };
  }
}

function seatOf(member: Member | string): [string, Seat] {
  if (typeof member === "string") return [member, { role: "member", joined_seq: 1 }]; // they came with the first message
  return [member.user_id, { role: member.role ?? "member", joined_seq: member.joined_seq ?? 1 }];
}
