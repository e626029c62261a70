export interface VerifyOptions {
  lab?: string[];
  step?: string;
  /** A file of flows that are verified in place of what the labs claim. */
  intents?: string;
  hint?: boolean;
  json?: boolean;
  junit?: string;
  kubeconfig?: string;
  context?: string;
  /** Seconds for one probe. */
  timeout: number;
  /** Seconds that a change may take to settle. */
  wait: number;
  /** Seconds that probe pods may take to start. */
  start: number;
  parallel: number;
  requests: number;
  internet: string;
  entry?: string;
  image?: string;
  clean?: boolean;
  /** A folder for what a class hands in. */
  handIn?: string;
  /** Of `labs break`: which mistake was to be found. */
  seed?: string;
  token?: string;
}
