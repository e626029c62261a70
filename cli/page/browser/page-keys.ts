import { useEffect, useRef } from "preact/hooks";

interface Keys {
  before: () => void;
  next: () => void;
  ask: () => void;
}

/** Keys for the whole page; a field that takes text or has arrows of its own keeps them. */
export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        target.closest("input, select, textarea, [role=grid], .yaml") !== null
      )
        return;
      const action = {
        ArrowLeft: latest.current.before,
        ArrowRight: latest.current.next,
        "/": latest.current.ask,
      }[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
    };
  }, []);
}
