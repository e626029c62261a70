/** Options of the subcommands as commander hands them over. */
interface Shared {
  podCidr?: string[];
}

export interface ListOptions extends Shared {
  explain?: boolean;
  all?: boolean;
  format: "text" | "json" | "md" | "dot";
}

export interface ExplainOptions extends Shared {
  from: string;
  to: string;
  port?: string;
  protocol?: string;
  sourcePort?: string;
  format: "text" | "json" | "md";
}

export interface DiffOptions extends Shared {
  format: "text" | "json" | "md";
}

export type ExposureOptions = DiffOptions;

/** Those of `reach` without a subcommand: all of them at once. */
export interface ShortOptions extends ListOptions, Partial<Omit<ExplainOptions, "format">> {
  exposure?: boolean;
  diff?: boolean;
}
