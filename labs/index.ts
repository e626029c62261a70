import type { Lab } from "./model";
import { stars } from "./stars/lab";
import { yaobank } from "./yaobank/lab";

/** All labs, in the order of the catalogue. */
export const labs: readonly Lab[] = [stars, yaobank];
