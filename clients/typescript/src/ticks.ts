/** The ticks of one's own messages: sent, delivered, read. Pure.
 *
 * Sent: in the log, with its place. Delivered and read: every member to whom it was sent and who is still there has got
 * so far; after an edit, so far as the edit.
 */

import type { MessageSent } from "./events.js";
import type { Conversation } from "./local.js";

/** Each implies those before it. */
export type Tick = "sent" | "delivered" | "read";

/** The tick of a message. It stays at `sent` while the members are not known. */
export function tick(message: MessageSent, copy: Conversation): Tick {
  const others = [...copy.roster.members]
    .filter(([userId, seat]) => userId !== message.sender_id && seat.joined_seq <= message.seq)
    .map(([userId]) => copy.watermarks.of(userId));
  if (others.length === 0 || !(copy.roster.isComplete || copy.kind === "direct")) return "sent";
  const seq = copy.decisiveSeq(message);
  if (others.every((mark) => mark.read_seq >= seq)) return "read";
  return others.every((mark) => mark.delivered_seq >= seq) ? "delivered" : "sent";
}
