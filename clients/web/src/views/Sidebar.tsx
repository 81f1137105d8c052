/** The left side: oneself, a search, and the conversations. */

import type { Conversation } from "@backchannel/client";
import { useMemo, useState } from "preact/hooks";
import type { Chat } from "../chat.js";
import { preview } from "../previews.js";
import { listText } from "../times.js";
import { Avatar, PersonAvatar } from "./Avatar.js";
import { MuteIcon, PlusIcon, SearchIcon } from "./icons.js";
import { NewConversation } from "./NewConversation.js";
import { Profile } from "./Profile.js";
import { MessageTicks } from "./MessageTicks.js";
import { VirtualList } from "./VirtualList.js";

const ROW_PX = 72;

export function Sidebar({ chat }: { chat: Chat }) {
  const [search, setSearch] = useState("");
  const [dialog, setDialog] = useState<"new" | "profile" | null>(null);
  const close = (): void => setDialog(null);
  const copies = found(chat, search);
  const names = copies.map((copy) => copy.conversationId).join(" ");
  const keys = useMemo(() => copies.map((copy) => copy.conversationId), [names]);
  return (
    <nav class="sidebar" aria-label="Conversations">
      <header class="sidebar-head">
        <button type="button" class="self" title="Your profile and settings" onClick={() => setDialog("profile")}>
          <PersonAvatar chat={chat} userId={chat.userId} size="small" />
          <bdi>{chat.people.name(chat.userId)}</bdi>
        </button>
        <button type="button" class="icon-button" aria-label="New conversation" title="New conversation" onClick={() => setDialog("new")}>
          <PlusIcon />
        </button>
      </header>
      <div class="search-field">
        <SearchIcon />
        <input type="search" placeholder="Search" aria-label="Search conversations" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
      </div>
      <VirtualList
        className="conversations"
        label="Conversations"
        keys={keys}
        estimate={ROW_PX}
        render={(index) => <ConversationRow chat={chat} copy={copies[index] as Conversation} />}
        onKeyDown={moveFocus}
        empty={<p class="empty">{emptyText(chat, search)}</p>}
      />
      {dialog === "new" ? <NewConversation chat={chat} onClose={close} /> : null}
      {dialog === "profile" ? <Profile chat={chat} onClose={close} /> : null}
    </nav>
  );
}

function ConversationRow({ chat, copy }: { chat: Chat; copy: Conversation }) {
  void chat.copy(copy.conversationId);
  const title = chat.title(copy);
  const other = chat.other(copy);
  const last = copy.lastMessage;
  const isOpen = chat.openId() === copy.conversationId;
  const isMuted = copy.mutedUntil !== null && Date.parse(copy.mutedUntil) > Date.now();
  const { unread } = copy;
  return (
    <button type="button" class={`conversation ${isOpen ? "open" : ""} ${unread > 0 ? "unread" : ""}`} aria-current={isOpen ? "true" : "false"} onClick={() => void chat.open({ conversationId: copy.conversationId })}>
      {other === null ? <Avatar chat={chat} name={title} seed={copy.conversationId} mediaId={copy.roster.settings?.avatar_media_id} isGroup /> : <PersonAvatar chat={chat} userId={other} />}
      <span class="conversation-text">
        <span class="conversation-top">
          <bdi class="conversation-title">{title}</bdi>
          {isMuted ? <span class="muted" role="img" aria-label="Muted"><MuteIcon /></span> : null}
          {copy.lastAt ? <time class="conversation-time" dateTime={copy.lastAt}>{listText(copy.lastAt)}</time> : null}
        </span>
        <span class="conversation-bottom">
          {copy.typing.size > 0 ? (
            <span class="typing">{typingText(chat, copy)}</span>
          ) : (
            <span class="conversation-last">
              {last !== null && last.sender_id === chat.userId && !last.is_deleted ? <MessageTicks message={last} copy={copy} /> : null}
              <bdi>{preview(chat, copy)}</bdi>
            </span>
          )}
          {unread > 0 ? <span class="badge" role="img" aria-label={`${unread} unread`}>{unread > 999 ? "999+" : unread}</span> : null}
        </span>
      </span>
    </button>
  );
}

export function typingText(chat: Chat, copy: Conversation): string {
  if (copy.kind === "direct") return "typing…";
  const names = [...copy.typing].map((userId) => chat.people.name(userId));
  return `${names.slice(0, 2).join(", ")}${names.length > 2 ? " and others" : ""} typing…`;
}

function found(chat: Chat, search: string): Conversation[] {
  const words = search.trim().toLowerCase();
  const all = chat.list();
  if (words === "") return all;
  return all.filter((copy) => `${chat.title(copy)} ${preview(chat, copy)}`.toLowerCase().includes(words));
}

function emptyText(chat: Chat, search: string): string {
  if (search) return "Nothing found.";
  return chat.isListed.value ? "No conversations yet. Begin one with the plus sign." : "Loading…";
}

/** Up and down between the rows. */
export function moveFocus(event: KeyboardEvent): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const row = (event.target as HTMLElement).closest(".row");
  const next = event.key === "ArrowDown" ? row?.nextElementSibling : row?.previousElementSibling;
  const target = next?.querySelector<HTMLElement>("button, [tabindex]");
  if (!target) return;
  event.preventDefault();
  target.focus();
}
