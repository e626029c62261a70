export interface VerifyOptions {
  lab?: string[];
  step?: string;
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
}
