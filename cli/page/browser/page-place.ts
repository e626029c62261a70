import { useCallback, useEffect, useState } from "preact/hooks";
import type { PageData } from "../page-data";

/** Where the reader is: kept in the URL, so that a place can be sent to somebody. */
export interface PagePlace {
  lab: number;
  step: number;
  /** The flow that is asked about, as typed. */
  asked: AskedFlow;
  scope: "main" | "all";
  /** On the page of `labs play`: the learner's own state, or the step's solution. */
  view: "yours" | "solution";
}

export interface AskedFlow {
  from: string;
  to: string;
  port: string;
  protocol: string;
}

export const NOTHING_ASKED: AskedFlow = { from: "", to: "", port: "", protocol: "TCP" };

export function usePlace(data: PageData): [PagePlace, (change: Partial<PagePlace>) => void] {
  const [place, set] = useState(() => read(data));
  useEffect(() => {
    const onHash = (): void => {
      set(read(data));
    };
    addEventListener("hashchange", onHash);
    return () => {
      removeEventListener("hashchange", onHash);
    };
  }, [data]);
  const move = useCallback(
    (change: Partial<PagePlace>) => {
      set((old) => {
        const next = { ...old, ...change };
        history.replaceState(null, "", `#${write(data, next)}`);
        return next;
      });
    },
    [data],
  );
  return [place, move];
}

function read(data: PageData): PagePlace {
  const hash = new URLSearchParams(location.hash.slice(1));
  const lab = Math.max(
    0,
    data.labs.findIndex((l) => l.instance === hash.get("lab")),
  );
  const page = data.labs[lab];
  const last = (page?.steps.length ?? 1) - 1;
  const wanted = Number(hash.get("step") ?? startOf(data, lab));
  return {
    lab,
    step: Number.isInteger(wanted) ? Math.min(Math.max(wanted, 0), last) : 0,
    asked: {
      from: hash.get("from") ?? "",
      to: hash.get("to") ?? "",
      port: hash.get("port") ?? "",
      protocol: hash.get("protocol") ?? "TCP",
    },
    scope: hash.get("pairs") === "all" ? "all" : "main",
    view: hash.get("view") === "solution" || data.play === undefined ? "solution" : "yours",
  };
}

/** The step at which a lab is first shown. */
export function startOf(data: PageData, lab: number): number {
  const page = data.labs[lab];
  if (page === undefined) return 0;
  return data.play?.labs[page.instance]?.step ?? page.current;
}

function write(data: PageData, place: PagePlace): string {
  const hash = new URLSearchParams({ lab: data.labs[place.lab]?.instance ?? "", step: String(place.step) });
  const { from, to, port, protocol } = place.asked;
  if (from !== "") hash.set("from", from);
  if (to !== "") hash.set("to", to);
  if (port !== "") hash.set("port", port);
  if (protocol !== "TCP") hash.set("protocol", protocol);
  if (place.scope === "all") hash.set("pairs", "all");
  if (data.play !== undefined && place.view === "solution") hash.set("view", "solution");
  return hash.toString();
}
