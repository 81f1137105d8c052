/** Answers the session's questions over HTTP. */

import type { Api } from "./api.js";
import type { Effect, Question } from "./effects.js";
import { ApiError, Unreachable } from "./errors.js";
import type { Session } from "./session.js";

const PAGE_EVENTS_MAX = 200;

/** The questions on their way. `carryOut` is given what the answers lead to. */
export class Asking {
  private isOver = false;

  constructor(
    private readonly api: Api,
    private readonly session: Session,
    private readonly now: () => number,
    private readonly carryOut: (effects: readonly Effect[]) => void,
  ) {}

  /** Asks. */
  start(question: Question): void {
    void this.ask(question);
  }

  /** Nobody waits for the answers any more. */
  cancel(): void {
    this.isOver = true;
  }

  private async ask(question: Question): Promise<void> {
    let effects: readonly Effect[] = [];
    try {
      effects = await this.answered(question);
    } catch (fault) {
      if (!(fault instanceof ApiError || fault instanceof Unreachable)) throw fault;
      this.session.unanswered(question, this.now());
    }
    if (!this.isOver) this.carryOut(effects);
  }

  private async answered(question: Question): Promise<readonly Effect[]> {
    const { session } = this;
    const name = question.conversationId;
    if (question.effect === "FetchConversation")
      return session.conversationReceived(question, await this.api.conversation(name), this.now());
    const page = await this.api.timeline(name, { after: question.after, limit: PAGE_EVENTS_MAX });
    if (question.effect === "FetchMissing") return session.missingReceived(question, page.events, this.now());
    return session.ownReceived(question, page.events, page.hasMore, this.now());
  }
}
