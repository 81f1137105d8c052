/** One message: its text or file, what it answers, reactions, time, ticks, and what one may do with it. */

import { type Conversation, type MessageSent, newId, textOf } from "@backchannel/client";
import type { Chat } from "../chat.js";
import type { Change } from "../pending.js";
import { line } from "../previews.js";
import { clockText, fullText } from "../times.js";
import { hueOf } from "./Avatar.js";
import { MoreIcon, ReplyIcon, SmileIcon } from "./icons.js";
import { MediaView } from "./MediaView.js";
import { Menu, type MenuItem } from "./Menu.js";
import { MessageTicks } from "./MessageTicks.js";
import { Text } from "./Text.js";
import { Ticks } from "./Ticks.js";

export const EMOJIS = ["👍", "❤️", "😂", "😮", "😢", "🙏"] as const;
const EDIT_MS = 15 * 60_000;
const DELETE_MS = 48 * 3_600_000;

interface MessageRowProps {
  readonly chat: Chat;
  readonly copy: Conversation;
  readonly message: MessageSent;
  readonly continues: boolean;
  readonly isMarked: boolean;
  /** By the tab key one comes to this message, and by arrows from it to the others. */
  readonly isStop: boolean;
  readonly change: Change | undefined;
  readonly onReply: () => void;
  readonly onEdit: () => void;
  readonly onInfo: () => void;
  readonly onJump: (messageId: string) => void;
}

export function MessageRow(props: MessageRowProps) {
  const { chat, copy, continues, isMarked, isStop, change, onJump } = props;
  const message = changed(props.message, change, chat.userId);
  const isOwn = message.sender_id === chat.userId;
  const isGroup = copy.kind === "group";
  const isGone = message.is_deleted || message.body === null;
  const text = textOf(message);
  const sender = chat.people.name(message.sender_id);
  return (
    <article class={`message ${isOwn ? "own" : "others"} ${continues ? "continues" : ""} ${isMarked ? "marked" : ""}`} tabIndex={isStop ? 0 : -1} data-message-id={message.message_id} aria-label={`${isOwn ? "You" : sender}, ${clockText(message.sent_at)}`}>
      <div class="bubble">
        {isGroup && !isOwn && !continues ? <bdi class={`sender hue${hueOf(message.sender_id)}`}>{sender}</bdi> : null}
        {message.reply_to === null ? null : <Quote chat={chat} copy={copy} messageId={message.reply_to} onJump={onJump} />}
        {isGone ? (
          <p class="gone">{message.is_deleted ? "This message was deleted" : "This message is no longer there"}</p>
        ) : (
          <>
            {message.body?.media_id ? <MediaView chat={chat} mediaId={message.body.media_id} /> : null}
            {text ? <Text text={text} besides={`${message.edited_at === null ? "" : "edited "}${clockText(message.sent_at)}`} /> : null}
          </>
        )}
        <span class={`meta ${text && !isGone ? "beside" : ""}`}>
          {message.edited_at !== null && !isGone ? <span>edited</span> : null}
          <time dateTime={message.sent_at} title={fullText(message.sent_at)}>{clockText(message.sent_at)}</time>
          {isOwn && !isGone ? change ? <Ticks tick="pending" /> : <MessageTicks message={message} copy={copy} /> : null}
        </span>
      </div>
      {message.reactions.length > 0 && !isGone ? <Reactions chat={chat} message={message} /> : null}
      {copy.isMember && !isGone ? <Actions {...props} message={message} isOwn={isOwn} /> : null}
    </article>
  );
}

function Actions({ chat, copy, message, isOwn, onReply, onEdit, onInfo }: MessageRowProps & { isOwn: boolean }) {
  const react = (emoji: string): void => {
    const isTaken = message.reactions.some((one) => one.user_id === chat.userId && one.emoji === emoji);
    void chat.outgoing.give({ type: "SetReaction", ...place(message), emoji: isTaken ? null : emoji });
  };
  const ageMs = Date.now() - Date.parse(message.sent_at);
  const isAdmin = copy.kind === "group" && copy.roster.members.get(chat.userId)?.role === "admin";
  const text = textOf(message);
  const items: MenuItem[] = [{ label: "Reply", onChoose: onReply }];
  if (text) items.push({ label: "Copy text", onChoose: () => void navigator.clipboard?.writeText(text) });
  if (isOwn) items.push({ label: "Message info", onChoose: onInfo });
  if (isOwn && ageMs < EDIT_MS) items.push({ label: "Edit", onChoose: onEdit });
  if ((isOwn && ageMs < DELETE_MS) || isAdmin)
    items.push({ label: "Delete for everyone", isDangerous: true, onChoose: () => void chat.outgoing.give({ type: "DeleteMessage", ...place(message) }) });
  const quick = EMOJIS.map((emoji) => ({ label: emoji, onChoose: () => react(emoji) }));
  return (
    <div class="actions">
      <Menu label="React" icon={<SmileIcon />} items={[]} quick={quick} />
      <button type="button" class="icon-button" aria-label="Reply" title="Reply" onClick={onReply}><ReplyIcon /></button>
      <Menu label="More about this message" icon={<MoreIcon />} items={items} />
    </div>
  );
}

export function Quote({ chat, copy, messageId, onJump }: { chat: Chat; copy: Conversation | null; messageId: string; onJump: (messageId: string) => void }) {
  const quoted = copy?.message(messageId) ?? null;
  return (
    <button type="button" class="quote" onClick={() => onJump(messageId)}>
      <bdi class="quote-who">{quoted === null ? "An earlier message" : quoted.sender_id === chat.userId ? "You" : chat.people.name(quoted.sender_id)}</bdi>
      <bdi class="quote-text">{quoted === null ? "Show it" : line(chat, quoted)}</bdi>
    </button>
  );
}

function Reactions({ chat, message }: { chat: Chat; message: MessageSent }) {
  const counts = new Map<string, string[]>();
  for (const { emoji, user_id } of message.reactions) counts.set(emoji, [...(counts.get(emoji) ?? []), user_id]);
  return (
    <div class="reactions">
      {[...counts].map(([emoji, userIds]) => {
        const isOwn = userIds.includes(chat.userId);
        const names = userIds.map((userId) => (userId === chat.userId ? "You" : chat.people.name(userId))).join(", ");
        return (
          <button key={emoji} type="button" class={isOwn ? "own-reaction" : ""} aria-pressed={isOwn} aria-label={`${emoji}${userIds.length > 1 ? ` ${userIds.length}` : ""} from ${names}`} title={names} onClick={() => void chat.outgoing.give({ type: "SetReaction", ...place(message), emoji: isOwn ? null : emoji })}>
            <span>{emoji}</span>
            {userIds.length > 1 ? <span class="count">{userIds.length}</span> : null}
          </button>
        );
      })}
    </div>
  );
}

/** As it will be once what waits has been said. */
function changed(message: MessageSent, change: Change | undefined, ownUserId: string): MessageSent {
  if (change === undefined) return message;
  const others = message.reactions.filter((one) => one.user_id !== ownUserId);
  const own = change.emoji ? [{ user_id: ownUserId, emoji: change.emoji }] : [];
  return {
    ...message,
    body: change.body ?? message.body,
    is_deleted: change.isDeleted ?? message.is_deleted,
    reactions: change.emoji === undefined ? message.reactions : [...others, ...own],
  };
}

function place(message: MessageSent) {
  return { client_id: newId(), conversation_id: message.conversation_id, message_id: message.message_id };
}
