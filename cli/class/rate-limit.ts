/** So many at once, and then so many a second: for each key by itself. */
export class RateLimit {
  private readonly left = new Map<string, { tokens: number; at: number }>();

  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
  ) {}

  takes(key: string, now: number): boolean {
    const was = this.left.get(key) ?? { tokens: this.burst, at: now };
    const tokens = Math.min(this.burst, was.tokens + ((now - was.at) / 1000) * this.perSecond);
    this.left.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
    return tokens >= 1;
  }
}
