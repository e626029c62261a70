import { formatDuration } from "../../classroom/lease";

/** A moment as people in this room read it: `2026-11-21 17:05 (in 7h59m)`, in the time zone of this machine. */
export function whenText(at: number, now: number): string {
  // Swedish dates are ISO's, in local time.
  const local = new Date(at).toLocaleString("sv-SE").slice(0, 16);
  const far = formatDuration(Math.abs(at - now));
  return `${local} (${at < now ? `${far} ago` : `in ${far}`})`;
}
