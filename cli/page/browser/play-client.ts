import { useEffect, useState } from "preact/hooks";
import type { PageData, PlayUpdate } from "../page-data";

export interface Play {
  update?: PlayUpdate;
  connected: boolean;
}

/** Listens to `labs play`: one stream for the lab and step that are shown. */
export function usePlay(data: PageData, instance: string | undefined, step: number): Play {
  const [play, set] = useState<Play>({ connected: false });
  useEffect(() => {
    if (data.play === undefined || instance === undefined) return undefined;
    const source = new EventSource(
      `events?${new URLSearchParams({ lab: instance, step: String(step) }).toString()}`,
    );
    source.addEventListener("update", (event: MessageEvent<string>) => {
      const update = JSON.parse(event.data) as PlayUpdate;
      // Where the files cannot be read the last good picture stays.
      set((old) => ({
        connected: true,
        update:
          update.lab === undefined &&
          old.update?.instance === update.instance &&
          old.update.step === update.step
            ? { ...old.update, ...update }
            : update,
      }));
    });
    source.onopen = () => {
      set((old) => ({ ...old, connected: true }));
    };
    source.onerror = () => {
      set((old) => ({ ...old, connected: false }));
    };
    return () => {
      source.close();
    };
  }, [data, instance, step]);
  return play;
}
