/** Choosing people: those whom one knows by name, others by their handle. */

import type { User } from "@backchannel/client";
import { useState } from "preact/hooks";
import type { Chat } from "../chat.js";
import { faultText } from "../words.js";
import { PersonAvatar } from "./Avatar.js";

interface PickerProps {
  readonly chat: Chat;
  readonly without: readonly string[];
  readonly onPick: (user: User) => void;
  readonly picked?: ReadonlySet<string>;
}

export function PeoplePicker({ chat, without, onPick, picked }: PickerProps) {
  const [words, setWords] = useState("");
  const [why, setWhy] = useState("");
  const query = words.trim().toLowerCase().replace(/^@/, "");
  const known = contacts(chat).filter((user) => !without.includes(user.user_id) && matches(user, query));
  const find = async (event: Event): Promise<void> => {
    event.preventDefault();
    setWhy("");
    try {
      const user = query === "" ? null : await chat.api.userByHandle(query);
      if (user === null) return setWhy(`There is nobody with the handle “${query}”.`);
      if (without.includes(user.user_id)) return setWhy("They are here already.");
      chat.people.learn(user);
      setWords("");
      onPick(user);
    } catch (fault) {
      setWhy(faultText(fault));
    }
  };
  return (
    <div class="picker">
      <form class="picker-find" onSubmit={(event) => void find(event)}>
        <input aria-label="Handle or name" placeholder="Handle, e.g. bob" value={words} autoFocus autoCapitalize="none" spellcheck={false} onInput={(event) => { setWords(event.currentTarget.value); setWhy(""); }} />
        <button type="submit" disabled={query === ""}>Find</button>
      </form>
      {why ? <p class="fault" role="alert">{why}</p> : null}
      <ul class="people" aria-label="People you know">
        {known.map((user) => (
          <li key={user.user_id}>
            <button type="button" class="person" {...(picked ? { "aria-pressed": picked.has(user.user_id) } : {})} onClick={() => onPick(user)}>
              <PersonAvatar chat={chat} userId={user.user_id} size="small" />
              <span class="person-text">
                <bdi>{user.display_name}</bdi>
                <span class="person-about">@{user.handle}</span>
              </span>
              {picked?.has(user.user_id) ? <span class="picked-mark" aria-hidden="true">✓</span> : null}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function contacts(chat: Chat): User[] {
  const others = chat.people.all().filter((user) => user.user_id !== chat.userId && user.handle !== null);
  return others.sort((one, other) => (one.display_name ?? "").localeCompare(other.display_name ?? ""));
}

function matches(user: User, query: string): boolean {
  return query === "" || `${user.display_name} ${user.handle}`.toLowerCase().includes(query);
}
