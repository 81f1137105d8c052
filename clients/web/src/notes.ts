/** What is said once, at the edge of the page: mostly what went wrong. */

import { signal } from "@preact/signals";
import { faultText } from "./words.js";

const SHOWN_MS = 6_000;

export class Notes {
  readonly text = signal("");
  private timer: ReturnType<typeof setTimeout> | null = null;

  tell(text: string): void {
    this.text.value = text;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.clear(), SHOWN_MS);
  }

  clear(): void {
    this.text.value = "";
  }

  /** Does something; what went wrong is said. Gives whether it went well. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (fault) {
      this.tell(faultText(fault));
      return false;
    }
  }
}
