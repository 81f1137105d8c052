/** How long to wait before the next try: longer each time, with full jitter, so that crowds spread. */

/** The waits of one client. The first is at most `firstSeconds`, and each may be twice the one before. */
export class Backoff {
  private tries = 0;

  constructor(
    private readonly firstSeconds = 0.3,
    private readonly longestSeconds = 15.0,
    private readonly random: () => number = Math.random,
  ) {}

  /** The next wait, and no less than what the server asked for. */
  nextSeconds(atLeastSeconds: number | null = null): number {
    const most = Math.min(this.longestSeconds, this.firstSeconds * 2 ** Math.min(this.tries, 30));
    this.tries += 1;
    return (atLeastSeconds ?? 0) + this.random() * most;
  }

  /** All is well again. */
  reset(): void {
    this.tries = 0;
  }
}
