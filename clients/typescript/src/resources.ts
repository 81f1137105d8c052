/** What the API answers over HTTP. PROTOCOL, section 1. Names of fields are the protocol's own. */

import type { TimelineEvent, Timestamp } from "./events.js";
import type { ConversationSummary } from "./summaries.js";

export interface Account {
  readonly user_id: string;
  readonly handle: string;
  readonly display_name: string;
}

/** A signed-in device. */
export interface Credentials {
  readonly user_id: string;
  readonly device_id: string;
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
}

export interface Device {
  readonly device_id: string;
  readonly device_name?: string | null;
  readonly created_at?: Timestamp | null;
  readonly is_current?: boolean;
}

export interface Ticket {
  readonly ticket: string;
  readonly expires_in: number;
}

export type Visibility = "everyone" | "contacts" | "nobody";

/** A public profile; one's own has the privacy settings too. */
export interface User {
  readonly user_id: string;
  readonly handle: string | null;
  readonly display_name: string | null;
  readonly avatar_media_id?: string | null;
  readonly read_receipts?: boolean;
  readonly last_seen_visibility?: Visibility;
}

/** What of one's own profile may be changed; what is absent stays. */
export interface ProfileChange {
  readonly display_name?: string;
  readonly avatar_media_id?: string | null;
  readonly read_receipts?: boolean;
  readonly last_seen_visibility?: Visibility;
}

export interface Presence {
  readonly user_id: string;
  readonly is_online: boolean | null;
  readonly last_seen_at: Timestamp | null;
}

/** Message info: when a message, as it reads now, reached somebody and was read. */
export interface MemberReceipt {
  readonly user_id: string;
  readonly delivered_at: Timestamp | null;
  readonly read_at: Timestamp | null;
}

/** One page of the conversation list, newest activity first; `next` goes into `after`. */
export interface ConversationPage {
  readonly conversations: readonly ConversationSummary[];
  readonly next: string | null;
}

/** Events ascending by seq; `hasMore` in the direction in which one asked. */
export interface TimelinePage {
  readonly events: readonly TimelineEvent[];
  readonly hasMore: boolean;
}
