/** Message info: whom a message of one's own has reached, and when. */

import type { Conversation, MemberReceipt, MessageSent } from "@backchannel/client";
import { useEffect, useState } from "preact/hooks";
import type { Chat } from "../chat.js";
import { line } from "../previews.js";
import { clockText, dayText } from "../times.js";
import { faultText } from "../words.js";
import { PersonAvatar } from "./Avatar.js";
import { Dialog } from "./Dialog.js";

export function MessageInfo({ chat, copy, message, onClose }: { chat: Chat; copy: Conversation; message: MessageSent; onClose: () => void }) {
  const [receipts, setReceipts] = useState<readonly MemberReceipt[] | null>(null);
  const [why, setWhy] = useState("");
  const marks = [...copy.watermarks.all()].map((mark) => `${mark.delivered_seq} ${mark.read_seq}`).join();
  useEffect(() => {
    chat.api.receipts(copy.conversationId, message.message_id).then(setReceipts, (fault: unknown) => setWhy(faultText(fault)));
  }, [marks, message.message_id]);
  return (
    <Dialog title="Message info" onClose={onClose}>
      <blockquote class="info-message"><bdi>{line(chat, message)}</bdi></blockquote>
      {why ? <p class="fault" role="alert">{why}</p> : null}
      <ul class="people">
        {(receipts ?? []).map((one) => (
          <li key={one.user_id} class="person">
            <PersonAvatar chat={chat} userId={one.user_id} size="small" />
            <span class="person-text">
              <bdi>{chat.people.name(one.user_id)}</bdi>
              <span class="person-about">{told(one)}</span>
            </span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function told(receipt: MemberReceipt): string {
  const parts: string[] = [];
  if (receipt.read_at) parts.push(`Read ${when(receipt.read_at)}`);
  if (receipt.delivered_at) parts.push(`Delivered ${when(receipt.delivered_at)}`);
  return parts.join(" · ") || "Not delivered yet";
}

function when(at: string): string {
  const day = dayText(at);
  return day === "Today" ? clockText(at) : `${day}, ${clockText(at)}`;
}
