/** The ticks of a message of one's own. */

import { type Conversation, type MessageSent, tick } from "@backchannel/client";
import { Ticks } from "./Ticks.js";

export function MessageTicks({ message, copy }: { message: MessageSent; copy: Conversation }) {
  return <Ticks tick={tick(message, copy)} />;
}
