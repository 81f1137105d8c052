/** About a conversation: muting, blocking, and of a group its members and settings, as far as one may change them. */

import type { Conversation, Who } from "@backchannel/client";
import { useEffect, useState } from "preact/hooks";
import type { Chat } from "../chat.js";
import { contentTypeOf, kindOf } from "../files.js";
import { lastSeenText } from "../times.js";
import { fileReasonText } from "../words.js";
import { Avatar, PersonAvatar } from "./Avatar.js";
import { Dialog } from "./Dialog.js";
import { MoreIcon } from "./icons.js";
import { Menu, type MenuItem } from "./Menu.js";
import { PeoplePicker } from "./PeoplePicker.js";

const FOR_EVER = "9999-01-01T00:00:00.000Z";
const HOUR_MS = 3_600_000;

interface InfoProps {
  readonly chat: Chat;
  readonly copy: Conversation | null;
  readonly userId: string | null;
  readonly onClose: () => void;
}

export function ConversationInfo({ chat, copy, userId, onClose }: InfoProps) {
  return (
    <Dialog title={userId !== null ? "Contact" : "Group"} onClose={onClose}>
      {userId !== null ? <Contact chat={chat} userId={userId} /> : copy !== null ? <Group chat={chat} copy={copy} onClose={onClose} /> : null}
      {copy !== null && copy.isMember ? <Muting chat={chat} copy={copy} /> : null}
      {userId !== null ? <Blocking chat={chat} userId={userId} /> : null}
    </Dialog>
  );
}

function Contact({ chat, userId }: { chat: Chat; userId: string }) {
  const user = chat.people.of(userId);
  const presence = chat.presence(userId);
  return (
    <div class="about">
      <PersonAvatar chat={chat} userId={userId} size="large" />
      <h3><bdi>{chat.people.name(userId)}</bdi></h3>
      <p>@{user?.handle ?? ""}</p>
      <p>{presence?.is_online ? "online" : presence?.last_seen_at ? lastSeenText(presence.last_seen_at) : ""}</p>
    </div>
  );
}

function Muting({ chat, copy }: { chat: Chat; copy: Conversation }) {
  const isMuted = copy.mutedUntil !== null && Date.parse(copy.mutedUntil) > Date.now();
  const mute = (until: string | null): void => void chat.notes.attempt(() => chat.client.mute(copy.conversationId, until)).then(() => chat.changes.note(copy.conversationId));
  const inHours = (hours: number): string => new Date(Date.now() + hours * HOUR_MS).toISOString();
  return (
    <section class="setting">
      <h3>Notifications</h3>
      {isMuted ? (
        <button type="button" onClick={() => mute(null)}>Unmute</button>
      ) : (
        <span class="buttons">
          <button type="button" onClick={() => mute(inHours(8))}>Mute for 8 hours</button>
          <button type="button" onClick={() => mute(inHours(24 * 7))}>For a week</button>
          <button type="button" onClick={() => mute(FOR_EVER)}>Always</button>
        </span>
      )}
    </section>
  );
}

function Blocking({ chat, userId }: { chat: Chat; userId: string }) {
  const [blocked, setBlocked] = useState<readonly string[] | null>(null);
  const look = (): void => void chat.notes.attempt(async () => setBlocked(await chat.api.blocks()));
  useEffect(look, []);
  if (blocked === null) return null;
  const isBlocked = blocked.includes(userId);
  const change = (): void => void chat.notes.attempt(() => (isBlocked ? chat.api.unblock(userId) : chat.api.block(userId))).then(look);
  return (
    <section class="setting">
      <h3>{isBlocked ? "You have blocked this person" : "Block"}</h3>
      <p class="hint">{isBlocked ? "Neither of you can write to the other." : "Neither of you can write to the other, or see whether they are online."}</p>
      <button type="button" class={isBlocked ? "" : "dangerous"} onClick={change}>{isBlocked ? "Unblock" : "Block"}</button>
    </section>
  );
}

function Group({ chat, copy, onClose }: { chat: Chat; copy: Conversation; onClose: () => void }) {
  const [isAdding, setAdding] = useState(false);
  const id = copy.conversationId;
  useEffect(() => {
    if (copy.isMember && !copy.roster.isComplete) void chat.describe(id);
  }, [id]);
  const own = copy.roster.members.get(chat.userId);
  const isAdmin = copy.isMember && own?.role === "admin";
  const mayAdd = copy.isMember && (isAdmin || copy.roster.settings?.who_can_add === "everyone");
  const leave = async (): Promise<void> => {
    if (await chat.notes.attempt(() => chat.client.leaveGroup(id))) onClose();
  };
  return (
    <>
      <GroupHead key={`${copy.name} ${copy.roster.settings?.description}`} chat={chat} copy={copy} isAdmin={isAdmin} />
      <section class="setting">
        <h3>{copy.roster.members.size} members</h3>
        <ul class="people" aria-label="Members">
          {[...copy.roster.members].map(([userId, seat]) => (
            <li key={userId} class="person">
              <PersonAvatar chat={chat} userId={userId} size="small" />
              <span class="person-text">
                <bdi>{userId === chat.userId ? "You" : chat.people.name(userId)}</bdi>
                {seat.role === "admin" ? <span class="person-about">Admin</span> : null}
              </span>
              {isAdmin && userId !== chat.userId ? <Menu label={`Change ${chat.people.name(userId)}`} icon={<MoreIcon />} items={memberItems(chat, id, userId, seat.role)} /> : null}
            </li>
          ))}
        </ul>
        {mayAdd ? <button type="button" aria-expanded={isAdding} onClick={() => setAdding(!isAdding)}>Add people</button> : null}
        {isAdding ? <PeoplePicker chat={chat} without={copy.memberIds} onPick={(user) => void chat.notes.attempt(() => chat.client.addMembers(id, [user.user_id]))} /> : null}
      </section>
      {isAdmin ? <Permissions chat={chat} copy={copy} /> : null}
      {copy.isMember ? (
        <section class="setting">
          <button type="button" class="dangerous" onClick={() => void leave()}>Leave the group</button>
        </section>
      ) : null}
    </>
  );
}

function memberItems(chat: Chat, id: string, userId: string, role: string): MenuItem[] {
  const isAdmin = role === "admin";
  return [
    { label: isAdmin ? "Take the admin role back" : "Make admin", onChoose: () => void chat.notes.attempt(() => chat.client.changeRole(id, userId, isAdmin ? "member" : "admin")) },
    { label: "Remove from the group", isDangerous: true, onChoose: () => void chat.notes.attempt(() => chat.client.removeMember(id, userId)) },
  ];
}

function GroupHead({ chat, copy, isAdmin }: { chat: Chat; copy: Conversation; isAdmin: boolean }) {
  const [name, setName] = useState(copy.name ?? "");
  const description = copy.roster.settings?.description ?? "";
  const [about, setAbout] = useState(description);
  const save = (): void => {
    const change = { ...(name.trim() === copy.name ? {} : { name: name.trim() }), ...(about === description ? {} : { description: about }) };
    void chat.notes.attempt(() => chat.client.changeSettings(copy.conversationId, change));
  };
  const picture = <Avatar chat={chat} name={copy.name ?? ""} seed={copy.conversationId} mediaId={copy.roster.settings?.avatar_media_id} isGroup size="large" />;
  if (!isAdmin)
    return (
      <div class="about">
        {picture}
        <h3><bdi>{copy.name}</bdi></h3>
        {description ? <p><bdi>{description}</bdi></p> : null}
      </div>
    );
  const isChanged = name.trim() !== copy.name || about !== description;
  return (
    <div class="about">
      {picture}
      <PicturePicker chat={chat} label="Change the picture" onPicture={(mediaId) => chat.client.changeSettings(copy.conversationId, { avatar_media_id: mediaId })} />
      <label>Name<input value={name} maxLength={100} onInput={(event) => setName(event.currentTarget.value)} /></label>
      <label>Description<textarea rows={2} value={about} maxLength={500} onInput={(event) => setAbout(event.currentTarget.value)} /></label>
      {isChanged ? <button type="button" class="primary" disabled={name.trim() === ""} onClick={save}>Save</button> : null}
    </div>
  );
}

function Permissions({ chat, copy }: { chat: Chat; copy: Conversation }) {
  const settings = copy.roster.settings;
  const change = (what: "who_can_send" | "who_can_add", who: string): void => void chat.notes.attempt(() => chat.client.changeSettings(copy.conversationId, { [what]: who as Who }));
  return (
    <section class="setting">
      <h3>Permissions</h3>
      <label>Who may write
        <select value={settings?.who_can_send ?? "everyone"} onChange={(event) => change("who_can_send", event.currentTarget.value)}>
          <option value="everyone">Everyone</option>
          <option value="admins">Only admins</option>
        </select>
      </label>
      <label>Who may add people
        <select value={settings?.who_can_add ?? "admins"} onChange={(event) => change("who_can_add", event.currentTarget.value)}>
          <option value="everyone">Everyone</option>
          <option value="admins">Only admins</option>
        </select>
      </label>
    </section>
  );
}

/** A picture for a person or a group: uploaded first, then set. */
export function PicturePicker({ chat, label, onPicture }: { chat: Chat; label: string; onPicture: (mediaId: string) => Promise<unknown> }) {
  const [isBusy, setBusy] = useState(false);
  const choose = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setBusy(true);
    await chat.notes.attempt(async () => {
      const contentType = contentTypeOf(file);
      if (kindOf(contentType) !== "image") throw new Error("Choose a picture: JPEG, PNG, WebP or GIF.");
      const media = await chat.api.upload(file, { kind: "image", contentType, fileName: file.name });
      if (media.status === "refused") throw new Error(fileReasonText(media.reason));
      await onPicture(media.media_id);
    });
    setBusy(false);
  };
  return (
    <label class="picture-picker">
      <span class="text-button">{isBusy ? "One moment…" : label}</span>
      <input type="file" class="only-heard" accept="image/jpeg,image/png,image/webp,image/gif" aria-label={label} disabled={isBusy} onChange={(event) => void choose(event.currentTarget.files?.[0])} />
    </label>
  );
}
