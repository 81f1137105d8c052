/** One signed-in device on this page: its client, what is open, and what the views show of it. */

import { signal } from "@preact/signals";
import {
  Api,
  Client,
  type Conversation,
  indexedDbStore,
  type MessageSent,
  newId,
  type PresenceChanged,
  type Recipient,
  type SessionEvent,
  Unreachable,
  type User,
} from "@backchannel/client";
import { Changes } from "./changes.js";
import { DeviceCredentials, peopleOf, type Remembered } from "./devices.js";
import { Files } from "./files.js";
import { Line } from "./line.js";
import { Notes } from "./notes.js";
import { Outgoing } from "./outgoing.js";
import { People } from "./people.js";
import { Uploads } from "./uploads.js";
import { faultText } from "./words.js";

/** What is open: a conversation, or a person with whom there is none yet. */
export type Opened = { readonly conversationId: string } | { readonly userId: string };

const PAGE_EVENTS = 100;
const SHOWN_EVENTS = 30; // more than a screenful
const SNAPSHOT_CONVERSATIONS = 200; // a Snapshot of as many leaves others out
const WATCHED_MAX = 400; // of 500: the rest is for who is opened

export class Chat {
  /** Of this object among others: the views of one are never those of the next. */
  readonly key = newId();
  readonly api: Api;
  readonly client: Client;
  readonly line: Line;
  readonly people: People;
  readonly files: Files;
  readonly changes = new Changes();
  readonly notes = new Notes();
  readonly outgoing = new Outgoing(this);
  readonly uploads = new Uploads(this);
  readonly opened = signal<Opened | null>(null);
  /** Others' words as they come, for who listens instead of looking. */
  readonly heard = signal("");
  /** Whether the list is worth showing, be it empty. */
  readonly isListed = signal(false);
  private readonly presenceVersion = signal(0);
  private readonly loading = new Set<string>();
  private readonly stopping = new AbortController();

  constructor(readonly device: Remembered) {
    this.api = new Api(location.origin, { credentials: new DeviceCredentials(device) });
    this.client = new Client(this.api, { store: indexedDbStore(device.credentials.device_id) });
    this.line = new Line(this.client);
    this.people = new People(this.api, peopleOf(device.credentials.device_id));
    this.files = new Files(this.api);
    this.people.learn({ user_id: this.userId, handle: device.handle, display_name: device.displayName });
  }

  get userId(): string {
    return this.device.credentials.user_id;
  }

  start(): void {
    this.client.subscribe((event) => this.happened(event));
    window.addEventListener("pagehide", () => this.save(), { signal: this.stopping.signal });
    this.line.start();
    void this.load();
  }

  stop(): void {
    this.stopping.abort();
    this.line.stop();
    this.people.close();
  }

  /** The conversation, looked at: whoever reads it here is told when it changes. */
  copy(conversationId: string | null): Conversation | null {
    if (conversationId === null) return null;
    this.changes.follow(conversationId);
    return this.client.conversations.get(conversationId) ?? null;
  }

  /** All conversations, newest activity first. */
  list(): Conversation[] {
    this.changes.followList();
    const copies = [...this.client.conversations.values()].filter((copy) => copy.kind !== null);
    return copies.sort((one, other) => (one.lastAt < other.lastAt ? 1 : one.lastAt > other.lastAt ? -1 : 0));
  }

  /** The open conversation's id, once there is one; one may have begun since a person was opened. */
  openId(): string | null {
    const opened = this.opened.value;
    if (opened === null) return null;
    if ("conversationId" in opened) return opened.conversationId;
    this.changes.followList();
    return this.client.session.directWith(opened.userId);
  }

  /** What was last heard of somebody. */
  presence(userId: string): PresenceChanged | null {
    void this.presenceVersion.value;
    return this.client.presences.get(userId) ?? null;
  }

  /** The other person of a direct conversation. */
  other(copy: Conversation): string | null {
    if (copy.kind !== "direct") return null;
    return copy.memberIds.find((userId) => userId !== this.userId) ?? null;
  }

  title(copy: Conversation): string {
    const other = this.other(copy);
    return other === null ? copy.name || "A group without a name" : this.people.name(other);
  }

  async open(opened: Opened | null): Promise<void> {
    this.opened.value = opened;
    this.notes.clear();
    if (opened !== null && "userId" in opened) this.watch([opened.userId]);
    const conversationId = this.openId();
    const copy = conversationId === null ? undefined : this.client.conversations.get(conversationId);
    if (copy === undefined) return;
    if (copy.kind === "direct") this.watch(copy.memberIds);
    if (copy.seqs.length < SHOWN_EVENTS) await this.loadOlder(copy.conversationId);
    if (copy.isMember && !copy.roster.isComplete) await this.describe(copy.conversationId);
  }

  /** The direct conversation with somebody, or the place where it will begin. */
  openPerson(user: User): Promise<void> {
    this.people.learn(user);
    const conversationId = this.client.session.directWith(user.user_id);
    return this.open(conversationId === null ? { userId: user.user_id } : { conversationId });
  }

  /** The page before what is here. */
  async loadOlder(conversationId: string): Promise<void> {
    const copy = this.client.conversations.get(conversationId);
    if (copy === undefined || copy.completeFrom <= 1 || this.loading.has(conversationId)) return;
    this.loading.add(conversationId);
    try {
      await this.client.pageBack(conversationId, PAGE_EVENTS);
      this.changes.note(conversationId);
    } catch (fault) {
      if (!(fault instanceof Unreachable)) this.notes.tell(faultText(fault));
    } finally {
      this.loading.delete(conversationId);
    }
  }

  async describe(conversationId: string): Promise<void> {
    try {
      await this.client.describe(conversationId);
      this.changes.note(conversationId);
    } catch (fault) {
      if (!(fault instanceof Unreachable)) this.notes.tell(faultText(fault));
    }
  }

  /** Where a new message goes: to what is open. */
  recipient(): Recipient | null {
    const conversationId = this.openId();
    if (conversationId !== null) return { conversation_id: conversationId };
    const opened = this.opened.value;
    return opened !== null && "userId" in opened ? { to_user_id: opened.userId } : null;
  }

  /** The person with whom what is open is, or will be. */
  openUserId(): string | null {
    const opened = this.opened.value;
    if (opened !== null && "userId" in opened) return opened.userId;
    const copy = this.copy(this.openId());
    return copy === null ? null : this.other(copy);
  }

  /** A person has seen everything up to a seq. */
  read(conversationId: string, seq: number): void {
    const copy = this.client.conversations.get(conversationId);
    if (copy !== undefined && copy.ownMark.read_seq < seq) this.client.markRead(conversationId, seq);
  }

  watch(userIds: readonly string[]): void {
    try {
      this.client.watch(userIds.filter((userId) => userId !== this.userId));
    } catch {
      // 500 at most: who comes after them is shown without a dot
    }
  }

  /** The page may end: a name that came a moment ago was "…" in the next one, without a line for as long as that took. */
  private save(): void {
    this.client.save();
    this.people.save();
  }

  /** What this browser has kept is shown before the line stands. */
  private async load(): Promise<void> {
    await this.client.load();
    if (this.client.conversations.size > 0 || !navigator.onLine) this.isListed.value = true;
    this.changes.note("");
  }

  private happened(event: SessionEvent): void {
    switch (event.type) {
      case "Disconnected":
        this.line.disconnected();
        if (!navigator.onLine) this.isListed.value = true;
        break;
      case "Synced":
        this.synced();
        break;
      case "Snapshot":
        this.changes.noteAll();
        break;
      case "CommandRefused":
        this.outgoing.refused(event);
        break;
      case "Malformed":
        if (event.client_id !== null) this.notes.tell(`The server did not understand: ${event.detail}`);
        break;
      case "MessageSent":
        this.arrived(event);
        break;
    }
    if (event.type === "PresenceChanged" || event.type === "Disconnected") this.presenceVersion.value += 1;
    this.outgoing.look();
    this.changes.note("conversation_id" in event && event.conversation_id !== null ? event.conversation_id : "");
  }

  private synced(): void {
    this.line.synced();
    this.isListed.value = true;
    const direct = this.list().flatMap((copy) => this.other(copy) ?? []);
    this.watch(direct.slice(0, WATCHED_MAX));
    if (this.client.conversations.size >= SNAPSHOT_CONVERSATIONS) void this.listRest();
    const opened = this.opened.value;
    if (opened !== null) void this.open(opened);
  }

  /** A Snapshot has the newest 200. */
  private async listRest(): Promise<void> {
    try {
      let after: string | null = null;
      do after = await this.client.moreConversations(after);
      while (after !== null);
    } catch {
      // after the next Synced again
    }
    this.changes.note("");
  }

  private arrived(message: MessageSent): void {
    if (message.client_id !== null) this.outgoing.answered(message.client_id);
    if (message.sender_id === this.userId || message.body === null) return;
    const text = message.body.text ?? message.body.caption ?? "a file";
    this.heard.value = `${this.people.name(message.sender_id)}: ${text}`;
    const copy = this.client.conversations.get(message.conversation_id);
    if (copy?.kind === "direct") this.watch([message.sender_id]);
  }
}
