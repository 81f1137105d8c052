/** The open conversation: its head, its messages, what waits below them, and where one writes. */

import { type Conversation, type MessageSent, newId, type SendMessage } from "@backchannel/client";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Chat } from "../chat.js";
import { pendingChanges } from "../pending.js";
import { noticeText } from "../previews.js";
import { type Row, Rows } from "../rows.js";
import { dayText } from "../times.js";
import { Composer, type Composing } from "./Composer.js";
import { ConversationHead } from "./ConversationHead.js";
import { FailedRow, PendingRow, UploadRow } from "./PendingRows.js";
import { MessageInfo } from "./MessageInfo.js";
import { MessageRow } from "./MessageRow.js";
import { useDrop } from "./dropping.js";
import { DownIcon } from "./icons.js";
import { VirtualList } from "./VirtualList.js";

const ROW_PX = 52;

type Shown = Row | { readonly kind: "pending" | "failed" | "upload"; readonly key: string; readonly index: number };

export function ConversationView({ chat }: { chat: Chat }) {
  const copy = chat.copy(chat.openId());
  const list = useRef<VirtualList>(null);
  const [composing, setComposing] = useState<Composing>({ kind: "new" });
  const [search, setSearch] = useState<string | null>(null);
  const [marked, setMarked] = useState<string | null>(null);
  const [info, setInfo] = useState<MessageSent | null>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const isFocused = useFocus();
  const rows = useRows(copy);
  const pending = chat.outgoing.pendingHere().filter((one) => one.command.type === "SendMessage");
  const failed = chat.outgoing.failedHere();
  const uploads = chat.uploads.here();
  const changes = pendingChanges(chat.client.pending);
  const shown = useMemo<readonly Shown[]>(
    () => [
      ...rows,
      ...pending.map((one, index): Shown => ({ kind: "pending", key: `pending ${one.key}`, index })),
      ...uploads.map((one, index): Shown => ({ kind: "upload", key: `upload ${one.id}`, index })),
      ...failed.map((one, index): Shown => ({ kind: "failed", key: `failed ${one.command.client_id}`, index })),
    ],
    [rows, pending.map((one) => one.key).join(), uploads.map((one) => one.id).join(), failed.map((one) => one.command.client_id).join()],
  );
  const keys = useMemo(() => shown.map((row) => row.key), [shown]);
  const lastMessage = rows.findLast((row) => row.kind === "message");
  const hits = useMemo(() => hitsOf(copy, search), [copy?.cursor, copy?.completeFrom, search]);
  const drop = useDrop((files) => setComposing({ ...composing, files }));

  const jumpTo = (seq: number): void => {
    list.current?.scrollToKey(`seq ${seq}`);
    setMarked(`seq ${seq}`);
  };
  const seen = (_first: number, last: number, atEnd: boolean): void => {
    setAtEnd(atEnd);
    if (copy === null || !isFocused) return;
    for (let index = last; index >= 0; index -= 1) {
      const row = shown[index];
      if (row?.kind !== "message" && row?.kind !== "notice") continue;
      return chat.read(copy.conversationId, atEnd ? copy.cursor : row.seq);
    }
  };
  const jumpToMessage = async (messageId: string): Promise<void> => {
    for (let pages = 0; pages < 20; pages += 1) {
      const message = copy?.message(messageId);
      if (message) return jumpTo(message.seq);
      if (copy === null || copy.completeFrom <= 1) break;
      await chat.loadOlder(copy.conversationId);
    }
    chat.notes.tell("The message is too far back.");
  };
  const again = (command: SendMessage): void => void chat.outgoing.give({ ...command, client_id: newId() });

  const render = (index: number) => {
    const row = shown[index] as Shown;
    switch (row.kind) {
      case "day":
        return <div class="day"><span>{dayText(row.at)}</span></div>;
      case "unread":
        return <div class="unread-mark"><span>New messages</span></div>;
      case "notice": {
        const event = copy?.events.get(row.seq);
        return event === undefined ? null : <div class="notice"><bdi>{noticeText(chat, event)}</bdi></div>;
      }
      case "message": {
        const message = copy?.events.get(row.seq);
        if (copy === null || message?.type !== "MessageSent") return null;
        return (
          <MessageRow
            chat={chat}
            copy={copy}
            message={message}
            continues={row.continues}
            isMarked={marked === row.key}
            isStop={row === lastMessage}
            change={changes.get(message.message_id)}
            onReply={() => setComposing({ kind: "reply", message })}
            onEdit={() => setComposing({ kind: "edit", message })}
            onInfo={() => setInfo(message)}
            onJump={(messageId) => void jumpToMessage(messageId)}
          />
        );
      }
      case "pending":
        return pending[row.index] ? <PendingRow chat={chat} command={pending[row.index]?.command as SendMessage} /> : null;
      case "upload":
        return uploads[row.index] ? <UploadRow chat={chat} upload={uploads[row.index] as (typeof uploads)[number]} /> : null;
      case "failed":
        return failed[row.index] ? <FailedRow chat={chat} failed={failed[row.index] as (typeof failed)[number]} onAgain={again} /> : null;
    }
  };

  return (
    <section class={`conversation-view ${drop.isOver ? "drop-target" : ""}`} {...drop.handlers}>
      <ConversationHead chat={chat} copy={copy} search={search} hits={hits} onSearch={setSearch} onJump={jumpTo} />
      <VirtualList
        handle={list}
        className="messages"
        label="Messages"
        keys={keys}
        estimate={ROW_PX}
        sticksToEnd
        render={render}
        onNearStart={() => copy !== null && void chat.loadOlder(copy.conversationId)}
        onSeen={seen}
        onKeyDown={moveBetweenMessages}
        empty={<p class="empty">Say hello: the first message begins the conversation.</p>}
      />
      {isAtEnd ? null : (
        <button type="button" class="to-end" aria-label="To the newest message" onClick={() => list.current?.scrollToEnd()}>
          <DownIcon />
          {copy !== null && copy.unread > 0 ? <span class="badge">{copy.unread}</span> : null}
        </button>
      )}
      <Composer chat={chat} copy={copy} composing={composing} onCompose={setComposing} onSent={() => list.current?.scrollToEnd()} />
      {drop.isOver ? <div class="drop-hint" aria-hidden="true">Drop the file to send it</div> : null}
      {info !== null && copy !== null ? <MessageInfo chat={chat} copy={copy} message={info} onClose={() => setInfo(null)} /> : null}
    </section>
  );
}

/** The rows; where the unread begin is where they began when it was opened. */
function useRows(copy: Conversation | null): readonly Row[] {
  const id = copy?.conversationId;
  const rows = useMemo(() => new Rows(copy !== null && copy.unread > 0 ? copy.ownMark.read_seq : null), [id]);
  return copy === null ? [] : rows.of(copy);
}

/** Whether a person can see this page now: only then is anything read. */
function useFocus(): boolean {
  const look = (): boolean => document.visibilityState === "visible" && document.hasFocus();
  const [isFocused, setFocused] = useState(look);
  useEffect(() => {
    const changed = (): void => setFocused(look());
    const names = ["focus", "blur", "visibilitychange"] as const;
    for (const name of names) window.addEventListener(name, changed);
    document.addEventListener("visibilitychange", changed);
    return () => {
      for (const name of names) window.removeEventListener(name, changed);
      document.removeEventListener("visibilitychange", changed);
    };
  }, []);
  return isFocused;
}

/** The messages here that say these words, newest first. */
function hitsOf(copy: Conversation | null, search: string | null): number[] {
  const words = search?.trim().toLowerCase() ?? "";
  if (copy === null || words === "") return [];
  const found = copy.history.filter((event) => {
    if (event.type !== "MessageSent" || event.body === null) return false;
    return (event.body.text ?? event.body.caption ?? "").toLowerCase().includes(words);
  });
  return found.map((event) => event.seq).reverse();
}

function moveBetweenMessages(event: KeyboardEvent): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const target = event.target as HTMLElement;
  if (target.closest("[role=menu]")) return;
  let row = target.closest(".row");
  do row = (event.key === "ArrowDown" ? row?.nextElementSibling : row?.previousElementSibling) ?? null;
  while (row !== null && row.querySelector(".message") === null);
  const next = row?.querySelector<HTMLElement>(".message");
  if (!next) return;
  event.preventDefault();
  next.focus();
}
