import { useEffect, useState } from "preact/hooks";
import type { PlayHint, PlayUpdate } from "../page-data";
import { count } from "./page-words";

/** Hints one by one, for who asks: each tells one likely mistake, and none the whole solution. */
export function Hints({
  instance,
  step,
  update,
  met,
}: {
  instance: string;
  step: number;
  update: PlayUpdate;
  /** All claims hold. */
  met: boolean;
}): preact.JSX.Element {
  const [asked, setAsked] = useState(0);
  const [hints, setHints] = useState<readonly PlayHint[] | undefined>();
  // A file that was saved may have fixed what a hint said.
  useEffect(() => {
    if (asked === 0) return undefined;
    const aborted = new AbortController();
    const query = new URLSearchParams({ lab: instance, step: String(step) });
    fetch(`hints?${query.toString()}`, { signal: aborted.signal })
      .then((r) => r.json())
      .then((found) => {
        setHints(found as PlayHint[]);
      })
      .catch(() => {
        if (!aborted.signal.aborted) setHints(undefined);
      });
    return () => {
      aborted.abort();
    };
  }, [asked > 0, update]);
  useEffect(() => {
    setAsked(0);
    setHints(undefined);
  }, [instance, step]);
  const shown = hints?.slice(0, asked) ?? [];
  const left = (hints?.length ?? 0) - shown.length;
  return (
    <div class="hints">
      {shown.length > 0 && (
        <ol aria-label="Hints">
          {shown.map((h) => (
            <li key={`${h.object} ${h.message}`}>
              <code>{h.object}</code> {h.message}
              {h.mends > 0 && <span class="muted">{` (fixes ${count(h.mends, "claim")})`}</span>}
              {h.edit !== undefined && (
                <details>
                  <summary>Show the edit</summary>
                  <pre>{h.edit}</pre>
                </details>
              )}
            </li>
          ))}
        </ol>
      )}
      {asked > 0 && hints?.length === 0 && (
        <p class="hint">
          {met
            ? "Nothing differs from the step's solution."
            : "No single mistake stands out. Compare with the solution."}
        </p>
      )}
      {(asked === 0 || left > 0) && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            setAsked(shown.length + 1);
          }}
        >
          {asked === 0 ? "Hint" : `Another hint (${left} left)`}
        </button>
      )}
    </div>
  );
}
