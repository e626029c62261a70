import { useEffect, useRef, useState } from "preact/hooks";
import type { PageData } from "../page-data";

/** Which stack, which lab, and how bright. */
export function Header({
  data,
  lab,
  onLab,
}: {
  data: PageData;
  lab: number;
  onLab: (lab: number) => void;
}): preact.JSX.Element {
  const current = useRef<HTMLButtonElement>(null);
  // On a phone the names of the labs are a strip that scrolls.
  useEffect(() => {
    current.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [lab]);
  return (
    <header>
      <span class="brand">
        k8s network labs <span class="muted">{data.play === undefined ? `stack ${data.stack}` : "play"}</span>
      </span>
      <nav aria-label="Labs">
        {data.labs.map((l, i) => (
          <button
            key={l.instance}
            ref={i === lab ? current : null}
            type="button"
            title={l.title}
            aria-current={i === lab ? "page" : undefined}
            onClick={() => {
              onLab(i);
            }}
          >
            {l.instance}
          </button>
        ))}
      </nav>
      <Theme />
    </header>
  );
}

const THEMES = ["auto", "light", "dark"] as const;
type ThemeName = (typeof THEMES)[number];

function Theme(): preact.JSX.Element {
  const [theme, set] = useState<ThemeName>(remembered);
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
    try {
      localStorage.setItem("labs-theme", theme);
    } catch {
      // A page from a file may have no storage: then the choice lasts as long as the page.
    }
  }, [theme]);
  return (
    <label class="theme">
      <span class="sr">Colours</span>
      <select
        value={theme}
        onChange={(e) => {
          set(e.currentTarget.value as ThemeName);
        }}
      >
        {THEMES.map((t) => (
          <option key={t} value={t}>
            {t === "auto" ? "Colours: auto" : t}
          </option>
        ))}
      </select>
    </label>
  );
}

function remembered(): ThemeName {
  try {
    return THEMES.find((t) => t === localStorage.getItem("labs-theme")) ?? "auto";
  } catch {
    return "auto";
  }
}
