/** What stands in a plan for a value that is known only after an up. */
export const KNOWN_LATER = "[known after up]";
