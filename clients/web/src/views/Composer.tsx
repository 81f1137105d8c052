/** Where one writes: a new message, an answer, a change; and where files are chosen. */

import { type Conversation, type MessageSent, newId, textOf } from "@backchannel/client";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Chat } from "../chat.js";
import { line } from "../previews.js";
import { sizeText } from "../times.js";
import { AttachIcon, CloseIcon, SendIcon } from "./icons.js";

export type Composing = { readonly files?: readonly File[] } & (
  | { readonly kind: "new" }
  | { readonly kind: "reply" | "edit"; readonly message: MessageSent }
);

const TEXT_MAX = 4096; // code points, the protocol's
const COUNT_FROM = 3900;
const QUIET_MS = 4_000;

interface ComposerProps {
  readonly chat: Chat;
  readonly copy: Conversation | null;
  readonly composing: Composing;
  readonly onCompose: (composing: Composing) => void;
  readonly onSent: () => void;
}

export function Composer({ chat, copy, composing, onCompose, onSent }: ComposerProps) {
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const quiet = useRef<ReturnType<typeof setTimeout> | null>(null);
  const editedId = composing.kind === "edit" ? composing.message.message_id : null;
  const files = composing.files ?? [];
  const length = [...text].length;
  const isTooLong = length > TEXT_MAX;
  const canSend = !isTooLong && (text.trim() !== "" || files.length > 0);

  useEffect(() => {
    if (composing.kind === "edit") setText(textOf(composing.message) ?? "");
    field.current?.focus();
  }, [editedId, composing.kind, files.length]);
  useEffect(() => fit(field.current), [text]);
  useEffect(() => () => chat.outgoing.typing(false), []);

  const write = (next: string): void => {
    setText(next);
    if (composing.kind === "edit") return;
    chat.outgoing.typing(next !== "");
    if (quiet.current !== null) clearTimeout(quiet.current);
    quiet.current = setTimeout(() => chat.outgoing.typing(false), QUIET_MS);
  };
  const stop = (): void => {
    onCompose({ kind: "new" });
    if (composing.kind === "edit") setText("");
  };
  const send = (): void => {
    if (!canSend) return;
    if (quiet.current !== null) clearTimeout(quiet.current);
    if (composing.kind === "edit") sendEdit(chat, composing.message, text.trim());
    else sendNew(chat, text.trim(), files, composing.kind === "reply" ? composing.message.message_id : null);
    setText("");
    onCompose({ kind: "new" });
    onSent();
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") stop();
    else if (event.key === "ArrowUp" && text === "" && copy !== null) {
      const last = copy.history.findLast((one): one is MessageSent => one.type === "MessageSent" && one.sender_id === chat.userId && one.body?.kind === "text");
      if (last !== undefined) onCompose({ kind: "edit", message: last });
    }
  };
  const pasted = (event: ClipboardEvent): void => {
    const found = [...(event.clipboardData?.files ?? [])];
    if (found.length === 0) return;
    event.preventDefault();
    onCompose({ ...composing, files: [...files, ...found] });
  };

  const whyNot = cannotWrite(chat, copy);
  if (whyNot !== null) return <p class="cannot-write">{whyNot}</p>;
  return (
    <form class="composer" onSubmit={(event) => { event.preventDefault(); send(); }}>
      {composing.kind === "new" ? null : (
        <div class="composing-about">
          <span>
            <b>{composing.kind === "edit" ? "Change your message" : `Answer to ${composing.message.sender_id === chat.userId ? "yourself" : chat.people.name(composing.message.sender_id)}`}</b>
            <bdi>{line(chat, composing.message)}</bdi>
          </span>
          <button type="button" class="icon-button" aria-label="Cancel" onClick={stop}><CloseIcon /></button>
        </div>
      )}
      {files.length > 0 ? (
        <ul class="chosen" aria-label="Files to send">
          {files.map((file, index) => (
            <li key={`${file.name} ${index}`}>
              <bdi>{file.name}</bdi> <span>{sizeText(file.size)}</span>
              <button type="button" class="icon-button" aria-label={`Do not send ${file.name}`} onClick={() => onCompose({ ...composing, files: files.filter((one) => one !== file) })}><CloseIcon /></button>
            </li>
          ))}
        </ul>
      ) : null}
      {isTooLong ? <p class="fault" role="alert">A message has at most {TEXT_MAX.toLocaleString()} characters; this one has {length.toLocaleString()}.</p> : null}
      <div class="composer-line">
        <input ref={picker} type="file" multiple hidden aria-label="Choose files" onChange={(event) => { onCompose({ ...composing, files: [...files, ...(event.currentTarget.files ?? [])] }); event.currentTarget.value = ""; }} />
        <button type="button" class="icon-button" aria-label="Attach a file" title="Attach a file" disabled={composing.kind === "edit"} onClick={() => picker.current?.click()}><AttachIcon /></button>
        <textarea ref={field} rows={1} placeholder={files.length > 0 ? "Add a caption" : "Write a message"} aria-label="Message" value={text} onInput={(event) => write(event.currentTarget.value)} onKeyDown={pressed} onPaste={pasted} onBlur={() => chat.outgoing.typing(false)} />
        {length >= COUNT_FROM ? <span class="count-left">{(TEXT_MAX - length).toLocaleString()}</span> : null}
        <button type="submit" class="send" aria-label={composing.kind === "edit" ? "Save the change" : "Send"} disabled={!canSend}><SendIcon /></button>
      </div>
    </form>
  );
}

function sendNew(chat: Chat, text: string, files: readonly File[], replyTo: string | null): void {
  const recipient = chat.recipient();
  if (recipient === null) return;
  chat.outgoing.typed();
  files.forEach((file, index) => void chat.uploads.begin(file, index === 0 ? text : "", recipient, index === 0 ? replyTo : null));
  if (files.length > 0) return;
  const reply = replyTo === null ? {} : { reply_to: replyTo };
  void chat.outgoing.give({ type: "SendMessage", client_id: newId(), ...recipient, body: { kind: "text", text }, ...reply });
}

function sendEdit(chat: Chat, message: MessageSent, text: string): void {
  if (message.body === null || text === textOf(message)) return;
  const { conversation_id, message_id } = message;
  const body = message.body.kind === "text" ? { kind: "text", text } : { ...message.body, caption: text };
  void chat.outgoing.give({ type: "EditMessage", client_id: newId(), conversation_id, message_id, body });
}

/** Why one cannot write here; null if one can. */
function cannotWrite(chat: Chat, copy: Conversation | null): string | null {
  if (copy === null) return null;
  if (!copy.isMember) return "You are no longer in this group.";
  const isAdmin = copy.roster.members.get(chat.userId)?.role === "admin";
  return copy.roster.settings?.who_can_send === "admins" && !isAdmin ? "Only admins write in this group." : null;
}

/** As high as its text, up to the limit of the style. */
function fit(field: HTMLTextAreaElement | null): void {
  if (field === null) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
