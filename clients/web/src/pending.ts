/** Changes to messages that wait for their answer: they are shown as if they had it. Pure. */

import type { Body, Pending } from "@backchannel/client";

/** What waits for one message; a field is absent where nothing waits. */
export interface Change {
  readonly body?: Body;
  readonly isDeleted?: boolean;
  readonly emoji?: string | null;
}

/** By message id. */
export function pendingChanges(pending: readonly Pending[]): Map<string, Change> {
  const changes = new Map<string, Change>();
  for (const { command } of pending) {
    if (!("message_id" in command)) continue;
    const known = changes.get(command.message_id) ?? {};
    if (command.type === "EditMessage") changes.set(command.message_id, { ...known, body: command.body });
    else if (command.type === "DeleteMessage") changes.set(command.message_id, { ...known, isDeleted: true });
    else if (command.type === "SetReaction") changes.set(command.message_id, { ...known, emoji: command.emoji });
  }
  return changes;
}
