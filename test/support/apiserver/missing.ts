/** What this machine lacks, so that nothing could be tried: one line with the reason and the way to get it. */
export class Missing extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Missing";
  }
}
