/** The head of a conversation: who it is with, whether they are there, and a search in what is here. */

import type { Conversation } from "@backchannel/client";
import { useEffect, useState } from "preact/hooks";
import type { Chat } from "../chat.js";
import { lastSeenText } from "../times.js";
import { Avatar, PersonAvatar } from "./Avatar.js";
import { ConversationInfo } from "./ConversationInfo.js";
import { BackIcon, CloseIcon, DownIcon, SearchIcon, UpIcon } from "./icons.js";
import { typingText } from "./Sidebar.js";

interface HeadProps {
  readonly chat: Chat;
  readonly copy: Conversation | null;
  readonly search: string | null;
  readonly hits: readonly number[];
  readonly onSearch: (search: string | null) => void;
  readonly onJump: (seq: number) => void;
}

export function ConversationHead({ chat, copy, search, hits, onSearch, onJump }: HeadProps) {
  const [hasInfo, setInfo] = useState(false);
  const opened = chat.opened.value;
  const userId = copy !== null ? chat.other(copy) : opened !== null && "userId" in opened ? opened.userId : null;
  const title = userId !== null ? chat.people.name(userId) : copy !== null ? chat.title(copy) : "";
  return (
    <header class="conversation-head">
      <button type="button" class="icon-button back" aria-label="Back to the list" onClick={() => void chat.open(null)}>
        <BackIcon />
      </button>
      <div class="head-title">
        {userId !== null ? <PersonAvatar chat={chat} userId={userId} size="small" /> : copy !== null ? <Avatar chat={chat} name={title} seed={copy.conversationId} mediaId={copy.roster.settings?.avatar_media_id} isGroup size="small" /> : null}
        <span class="head-text">
          <h1>
            <button type="button" class="head-name" title={`About ${title}`} onClick={() => setInfo(true)}><bdi>{title}</bdi></button>
          </h1>
          <span class="head-state"><bdi>{stateText(chat, copy, userId)}</bdi></span>
        </span>
      </div>
      {search === null ? (
        <button type="button" class="icon-button" aria-label="Search in this conversation" title="Search in this conversation" onClick={() => onSearch("")}>
          <SearchIcon />
        </button>
      ) : (
        <Search search={search} hits={hits} onSearch={onSearch} onJump={onJump} />
      )}
      {hasInfo ? <ConversationInfo chat={chat} copy={copy} userId={userId} onClose={() => setInfo(false)} /> : null}
    </header>
  );
}

function Search({ search, hits, onSearch, onJump }: { search: string; hits: readonly number[]; onSearch: (search: string | null) => void; onJump: (seq: number) => void }) {
  const [index, setIndex] = useState(0);
  const go = (next: number): void => {
    if (hits.length === 0) return;
    const wrapped = (next + hits.length) % hits.length;
    setIndex(wrapped);
    onJump(hits[wrapped] as number);
  };
  useEffect(() => go(0), [search, hits.length]);
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === "Escape") onSearch(null);
    if (event.key === "Enter") go(index + (event.shiftKey ? -1 : 1));
  };
  return (
    <div class="search-in" role="search">
      <input type="search" aria-label="Search in this conversation" placeholder="Search what is loaded" value={search} autoFocus onInput={(event) => onSearch(event.currentTarget.value)} onKeyDown={pressed} />
      <span class="search-count" role="status">{search.trim() === "" ? "" : hits.length === 0 ? "none" : `${index + 1} of ${hits.length}`}</span>
      <button type="button" class="icon-button" aria-label="Older" disabled={hits.length === 0} onClick={() => go(index + 1)}><UpIcon /></button>
      <button type="button" class="icon-button" aria-label="Newer" disabled={hits.length === 0} onClick={() => go(index - 1)}><DownIcon /></button>
      <button type="button" class="icon-button" aria-label="End the search" onClick={() => onSearch(null)}><CloseIcon /></button>
    </div>
  );
}

function stateText(chat: Chat, copy: Conversation | null, userId: string | null): string {
  if (copy !== null && copy.typing.size > 0) return typingText(chat, copy);
  if (userId !== null) return presenceText(chat, userId);
  if (copy === null) return "";
  if (!copy.isMember) return "You are no longer in this group";
  const names = copy.memberIds.map((memberId) => (memberId === chat.userId ? "you" : chat.people.name(memberId)));
  return names.length > 0 ? names.join(", ") : "group";
}

function presenceText(chat: Chat, userId: string): string {
  const presence = chat.presence(userId);
  if (presence?.is_online) return "online";
  return presence?.last_seen_at ? lastSeenText(presence.last_seen_at) : "";
}
