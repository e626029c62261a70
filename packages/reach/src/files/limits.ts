/** What one input may hold; beyond it a file is a problem, never a hang. */
export const LIMITS = {
  /** Bytes of one file, or of standard input. */
  bytes: 64 * 1024 * 1024,
  /** Documents of one file. */
  documents: 100_000,
  /** Objects and lists inside each other. */
  depth: 100,
  /** Values of one document that uses YAML aliases, after they are put in place. */
  values: 1_000_000,
  /** Folders inside each other. */
  folders: 40,
} as const;

/** For the help of the command. */
export const LIMITS_TEXT = `A file may hold ${LIMITS.bytes / 1024 / 1024} MiB, ${LIMITS.documents.toLocaleString("en")} documents and ${LIMITS.depth} levels.`;
