/** Options of the subcommands as commander hands them over. */
interface Shared {
  podCidr?: string[];
  /** Judge staged policies as if they were enforced. */
  staged?: boolean;
  /** Read a running cluster in place of files. */
  context?: string;
  kubeconfig?: string;
}

export interface CheckOptions extends Shared {
  format: "text" | "json" | "junit";
}

export interface UnusedOptions extends Shared {
  format: "text" | "json";
}

export interface ListOptions extends Shared {
  explain?: boolean;
  all?: boolean;
  format: "text" | "json" | "md" | "dot" | "svg";
}

export interface ExplainOptions extends Shared {
  /** Look for the smallest edit that turns the flow. */
  fix?: boolean;
  /** Follow one packet, hop by hop. */
  walk?: boolean;
  from: string;
  to: string;
  port?: string;
  protocol?: string;
  sourcePort?: string;
  method?: string;
  path?: string;
  format: "text" | "json" | "md";
}

export interface DiffOptions extends Shared {
  format: "text" | "json" | "md" | "svg";
  explain?: boolean;
}

export interface ExposureOptions extends Shared {
  format: "text" | "json" | "md";
}

/** Those of `reach` without a subcommand: all of them at once. */
export interface ShortOptions extends ListOptions, Partial<Omit<ExplainOptions, "format">> {
  exposure?: boolean;
  diff?: boolean;
}
