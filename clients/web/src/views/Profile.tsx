/** Oneself: name, picture, privacy, devices, password, and the ways out. */

import { type Device, type ProfileChange, type User, type Visibility } from "@backchannel/client";
import { useEffect, useState } from "preact/hooks";
import type { Chat } from "../chat.js";
import { rememberDevice } from "../devices.js";
import { forget, leave } from "../session.js";
import { chooseTheme, type Theme, theme } from "../theme.js";
import { PersonAvatar } from "./Avatar.js";
import { PicturePicker } from "./ConversationInfo.js";
import { Dialog } from "./Dialog.js";

export function Profile({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const [me, setMe] = useState<User | null>(null);
  useEffect(() => void chat.notes.attempt(async () => setMe(await chat.api.me())), []);
  const change = async (what: ProfileChange): Promise<void> => {
    const changed = await chat.api.changeMe(what);
    setMe(changed);
    chat.people.learn(changed);
    rememberDevice({ ...chat.device, credentials: chat.api.credentials ?? chat.device.credentials, displayName: changed.display_name ?? chat.device.handle });
  };
  return (
    <Dialog title="You" onClose={onClose}>
      <div class="about">
        <PersonAvatar chat={chat} userId={chat.userId} size="large" />
        <p>@{chat.device.handle}</p>
        <PicturePicker chat={chat} label="Change your picture" onPicture={(mediaId) => change({ avatar_media_id: mediaId })} />
      </div>
      {me === null ? null : <Settings chat={chat} me={me} onChange={change} />}
      <Appearance />
      <Devices chat={chat} />
      <WaysOut chat={chat} />
    </Dialog>
  );
}

function Settings({ chat, me, onChange }: { chat: Chat; me: User; onChange: (change: ProfileChange) => Promise<void> }) {
  const [name, setName] = useState(me.display_name ?? "");
  const set = (change: ProfileChange): void => void chat.notes.attempt(() => onChange(change));
  return (
    <section class="setting">
      <label>Your name<input value={name} maxLength={100} onInput={(event) => setName(event.currentTarget.value)} /></label>
      {name.trim() !== me.display_name ? <button type="button" class="primary" disabled={name.trim() === ""} onClick={() => set({ display_name: name.trim() })}>Save</button> : null}
      <label class="check">
        <input type="checkbox" checked={me.read_receipts ?? true} onChange={(event) => set({ read_receipts: event.currentTarget.checked })} />
        Tell others when I have read their messages
      </label>
      <label>Who sees when I am online
        <select value={me.last_seen_visibility ?? "everyone"} onChange={(event) => set({ last_seen_visibility: event.currentTarget.value as Visibility })}>
          <option value="everyone">Everyone</option>
          <option value="contacts">People I share a conversation with</option>
          <option value="nobody">Nobody</option>
        </select>
      </label>
    </section>
  );
}

function Appearance() {
  return (
    <section class="setting">
      <label>Appearance
        <select value={theme.value} onChange={(event) => chooseTheme(event.currentTarget.value as Theme)}>
          <option value="system">As the system</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </label>
    </section>
  );
}

function Devices({ chat }: { chat: Chat }) {
  const [devices, setDevices] = useState<readonly Device[]>([]);
  const look = (): void => void chat.notes.attempt(async () => setDevices(await chat.api.devices()));
  useEffect(look, []);
  return (
    <section class="setting">
      <h3>Your devices</h3>
      <ul class="people">
        {devices.map((device) => (
          <li key={device.device_id} class="person">
            <span class="person-text">
              <bdi>{device.device_name || "A device"}</bdi>
              {device.device_id === chat.device.credentials.device_id ? <span class="person-about">This one</span> : null}
            </span>
            {device.device_id === chat.device.credentials.device_id ? null : (
              <button type="button" onClick={() => void chat.notes.attempt(() => chat.api.signOut(device.device_id)).then(look)}>Sign out</button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function WaysOut({ chat }: { chat: Chat }) {
  const [isErasing, setErasing] = useState(false);
  const [isChanging, setChanging] = useState(false);
  const deviceId = chat.device.credentials.device_id;
  const signOut = async (): Promise<void> => {
    if (await chat.notes.attempt(() => chat.api.signOut())) forget(deviceId);
  };
  const erase = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    if (await chat.notes.attempt(() => chat.api.eraseAccount(String(form.get("password"))))) forget(deviceId);
  };
  const change = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const passwords = { password: String(form.get("password")), new_password: String(form.get("new_password")) };
    if (!(await chat.notes.attempt(() => chat.api.changePassword(passwords)))) return;
    setChanging(false);
    chat.notes.tell("Your password is changed. Other devices are signed out.");
  };
  return (
    <section class="setting">
      <span class="buttons">
        <button type="button" onClick={leave}>Other account</button>
        <button type="button" aria-expanded={isChanging} onClick={() => setChanging(!isChanging)}>Change the password</button>
        <button type="button" onClick={() => void signOut()}>Sign out</button>
        <button type="button" class="dangerous" aria-expanded={isErasing} onClick={() => setErasing(!isErasing)}>Delete the account</button>
      </span>
      {isChanging ? (
        <form onSubmit={(event) => void change(event)}>
          <label>Password so far<input name="password" type="password" required autoComplete="current-password" /></label>
          <label>New password<input name="new_password" type="password" required minLength={10} autoComplete="new-password" /></label>
          <button type="submit" class="primary">Change it</button>
        </form>
      ) : null}
      {isErasing ? (
        <form onSubmit={(event) => void erase(event)}>
          <p class="hint">Everything you wrote becomes unreadable, for everybody and for ever.</p>
          <label>Your password<input name="password" type="password" required autoComplete="current-password" /></label>
          <button type="submit" class="dangerous">Delete the account for ever</button>
        </form>
      ) : null}
    </section>
  );
}
