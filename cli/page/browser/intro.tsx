import { useEffect } from "preact/hooks";
import type { LabPage, PageData } from "../page-data";

/** `links` lead to what runs in a cluster. */
export function LabIntro({ lab, links }: { lab: LabPage; links: boolean }): preact.JSX.Element {
  return (
    <div class="intro">
      <h1>{lab.title}</h1>
      <p>
        {lab.summary} <span class="muted">{`Guide: ${lab.guide}`}</span>
        {links &&
          lab.links.map((l) => (
            <a key={l.url} href={l.url}>
              {l.title}
            </a>
          ))}
      </p>
    </div>
  );
}

export function StepIntro({
  lab,
  step,
  children,
}: {
  lab: LabPage;
  step: number;
  children?: preact.ComponentChildren;
}): preact.JSX.Element {
  const at = lab.steps[step];
  return (
    <div class="step-intro">
      <h2>
        <span class="number">{`Step ${step}`}</span> {at?.title}
      </h2>
      <p>{at?.aim}</p>
      {children}
    </div>
  );
}

export function NoLabs({ data }: { data: PageData }): preact.JSX.Element {
  return (
    <main>
      <h1>{`Stack ${data.stack} has no labs`}</h1>
      <p>Switch one on in its config, under labs, and plan again.</p>
    </main>
  );
}

export function Footer({ data, title }: { data: PageData; title: string }): preact.JSX.Element {
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <footer>
      <p>{data.about}</p>
      <p class="keys">
        <kbd>←</kbd> <kbd>→</kbd> step, <kbd>/</kbd> ask one flow, arrows and <kbd>Enter</kbd> in the matrix.
      </p>
    </footer>
  );
}
