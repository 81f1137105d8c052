/** A client of Backchannel for browsers. It speaks PROTOCOL.md, and nothing else.
 *
 * `api.ts` is the API, `session.ts` the protocol without I/O, `client.ts` the line that stays open, `speaking.ts` what
 * one can say over it, `local.ts` the copy of a conversation, `state.ts` what can be compared of it.
 */

export { Api, type Place } from "./api.js";
export { Backoff } from "./backoff.js";
export { Client, type ClientOptions } from "./client.js";
export type { Command, SendMessage, SettingsChange, Signal } from "./commands.js";
export { decode, decodeEvents, decodeSummary } from "./decoding.js";
export type {
  Described,
  Disconnected,
  Effect,
  FetchConversation,
  FetchMissing,
  FindOwn,
  HoleSkipped,
  OwnFound,
  Question,
  SessionEvent,
} from "./effects.js";
export {
  ApiError,
  BackchannelError,
  CommandFailed,
  ConnectionEnded,
  ConnectionLost,
  FrameTooLarge,
  MalformedCommand,
  NotConfirmed,
  Refused,
  Unreachable,
} from "./errors.js";
export {
  type Body,
  type MessageSent,
  type Reaction,
  type Role,
  textOf,
  type TimelineEvent,
  type Timestamp,
  type Who,
} from "./events.js";
export { type CommandRefused, type Frame, isTimelineEvent, type PresenceChanged } from "./frames.js";
export { forgetIndexedDb, indexedDbStore } from "./indexed_db.js";
export { type CopiesStore, type DeviceStore, memoryStore, type OutboxStore } from "./keeping.js";
export { Conversation, type SavedConversation } from "./local.js";
export { type Media, type MediaKind, UploadCancelled, type UploadOptions } from "./media.js";
export type { Kept, Pending } from "./outbox.js";
export type {
  Account,
  Credentials,
  Device,
  MemberReceipt,
  Presence,
  ProfileChange,
  TimelinePage,
  User,
  Visibility,
} from "./resources.js";
export { type Bookmark, type SavedCopies, Session } from "./session.js";
export { newId, type Extras, type Recipient } from "./speaking.js";
export { type ConversationState, ofCopy } from "./state.js";
export type { ConversationSummary, Member, Settings, Watermark } from "./summaries.js";
export { tick, type Tick } from "./ticks.js";
export { type CredentialsStore, MemoryCredentials } from "./transport.js";
