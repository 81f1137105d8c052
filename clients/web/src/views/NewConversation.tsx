/** Beginning a conversation: with one person, or a group. */

import type { User } from "@backchannel/client";
import { useState } from "preact/hooks";
import type { Chat } from "../chat.js";
import { Dialog } from "./Dialog.js";
import { PeoplePicker } from "./PeoplePicker.js";

const NAME_MAX = 100;

export function NewConversation({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const [isGroup, setGroup] = useState(false);
  const open = (user: User): void => {
    onClose();
    void chat.openPerson(user);
  };
  return (
    <Dialog title={isGroup ? "New group" : "New conversation"} onClose={onClose}>
      <div class="tabs" role="group" aria-label="Kind of conversation">
        <button type="button" aria-pressed={!isGroup} onClick={() => setGroup(false)}>One person</button>
        <button type="button" aria-pressed={isGroup} onClick={() => setGroup(true)}>Group</button>
      </div>
      {isGroup ? <NewGroup chat={chat} onClose={onClose} /> : <PeoplePicker chat={chat} without={[chat.userId]} onPick={open} />}
    </Dialog>
  );
}

function NewGroup({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const [name, setName] = useState("");
  const [members, setMembers] = useState<readonly User[]>([]);
  const toggle = (user: User): void => {
    const isIn = members.some((one) => one.user_id === user.user_id);
    setMembers(isIn ? members.filter((one) => one.user_id !== user.user_id) : [...members, user]);
  };
  const create = async (): Promise<void> => {
    const userIds = members.map((user) => user.user_id);
    await chat.notes.attempt(async () => {
      const made = await chat.client.createGroup(name.trim(), userIds);
      onClose();
      await chat.open({ conversationId: made.conversation_id });
    });
  };
  return (
    <>
      <label>
        Name of the group
        <input value={name} maxLength={NAME_MAX} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      {members.length > 0 ? (
        <ul class="chips" aria-label="Members">
          {members.map((user) => (
            <li key={user.user_id}>
              <button type="button" aria-label={`Remove ${user.display_name ?? ""}`} onClick={() => toggle(user)}><bdi>{user.display_name}</bdi> ×</button>
            </li>
          ))}
        </ul>
      ) : null}
      <PeoplePicker chat={chat} without={[chat.userId]} picked={new Set(members.map((user) => user.user_id))} onPick={toggle} />
      <button type="button" class="primary" disabled={name.trim() === "" || members.length === 0} onClick={() => void create()}>Create group</button>
    </>
  );
}
