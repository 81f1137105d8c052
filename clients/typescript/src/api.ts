/** The API over HTTP: conversations and timelines, and with `accounts.ts` and `media.ts` all else. PROTOCOL, section 1.
 *
 *     const api = new Api("http://127.0.0.1:8080");
 *     await api.createAccount("alice", "Alice", "a long password");
 *     await api.signIn("alice", "a long password", "laptop");
 *     const page = await api.conversations();
 *
 * Errors are `ApiError` (with the protocol's stable `code`) and `Unreachable`.
 */

import type { Command } from "./commands.js";
import { decodeEvents, decodeSummary } from "./decoding.js";
import { ApiError } from "./errors.js";
import type { TimelineEvent, Timestamp } from "./events.js";
import { MediaCalls } from "./media.js";
import type { ConversationPage, MemberReceipt, TimelinePage } from "./resources.js";
import { ShapeFault } from "./shapes.js";
import type { ConversationSummary } from "./summaries.js";
import { segment } from "./transport.js";

/** A seq, a message_id, or a time. */
export type Place = number | string;

/** One person's view of the API. Not signed in until `signIn`, or with a store that has credentials from before. */
export class Api extends MediaCalls {
  /** A page of the conversation list, newest activity first. */
  async conversations(after: string | null = null, limit: number | null = null): Promise<ConversationPage> {
    const page = (await this.request("GET", "/v1/conversations", { query: { after, limit } })) as {
      conversations: unknown[];
      next?: string | null;
    };
    return readable(() => ({ conversations: page.conversations.map(decodeSummary), next: page.next ?? null }));
  }

  /** One conversation with all its members. */
  async conversation(conversationId: string): Promise<ConversationSummary> {
    const answer = await this.request("GET", `/v1/conversations/${segment(conversationId)}`);
    return readable(() => decodeSummary(answer));
  }

  /** Events strictly before or after a place, ascending; without either, the newest page. */
  async timeline(
    conversationId: string,
    where: { readonly before?: Place; readonly after?: Place; readonly limit?: number } = {},
  ): Promise<TimelinePage> {
    const path = `/v1/conversations/${segment(conversationId)}/timeline`;
    const page = (await this.request("GET", path, { query: where })) as { events: unknown; has_more: boolean };
    return readable(() => ({ events: decodeEvents(page.events), hasMore: page.has_more }));
  }

  /** Message info: whom a message of one's own has reached, and when. */
  async receipts(conversationId: string, messageId: string): Promise<readonly MemberReceipt[]> {
    const path = `/v1/conversations/${segment(conversationId)}/messages/${segment(messageId)}/receipts`;
    return ((await this.request("GET", path)) as { members: MemberReceipt[] }).members;
  }

  /** Nothing is pushed until then; null: not muted. Returns what is in force. */
  async mute(conversationId: string, until: Timestamp | null): Promise<Timestamp | null> {
    const path = `/v1/conversations/${segment(conversationId)}/preferences`;
    const body = { muted_until: until };
    const answer = (await this.request("PATCH", path, { body })) as { muted_until?: Timestamp | null };
    return answer.muted_until ?? null;
  }

  /** Gives a command over HTTP. A refusal is an ApiError whose `code` is the reason. */
  async command(command: Command): Promise<TimelineEvent> {
    const answer = await this.request("POST", "/v1/commands", { body: command });
    return readable(() => decodeEvents([answer])[0] as TimelineEvent);
  }
}

function readable<T>(decode: () => T): T {
  try {
    return decode();
  } catch (fault) {
    if (fault instanceof ShapeFault || fault instanceof TypeError) throw new ApiError(200, "unreadable", String(fault));
    throw fault;
  }
}
