import { useEffect } from "preact/hooks";
import type { LabPage, PageData } from "../model";
import { count } from "./words";

export function LabIntro({ lab }: { lab: LabPage }): preact.JSX.Element {
  return (
    <div class="intro">
      <h1>{lab.title}</h1>
      <p>
        {lab.summary} <span class="muted">{`Guide: ${lab.guide}`}</span>
        {lab.links.map((l) => (
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
  first,
  yours,
  opened,
  closed,
}: {
  lab: LabPage;
  step: number;
  first: boolean;
  yours: boolean;
  opened: number;
  closed: number;
}): preact.JSX.Element {
  const at = lab.steps[step];
  return (
    <div class="step-intro">
      <h2>
        <span class="number">{`Step ${step}`}</span> {at?.title}
      </h2>
      <p>{at?.aim}</p>
      {!first && (
        <p class="delta" aria-live="polite">
          {opened > 0 && <span class="tag opened">{`+ ${count(opened, "pair")} opened`}</span>}
          {closed > 0 && <span class="tag closed">{`× ${count(closed, "pair")} closed`}</span>}
          <span class="muted">
            {opened + closed === 0
              ? "No pair opened or closed against the step before."
              : yours
                ? "by your policies, against the step before"
                : "against the step before"}
          </span>
        </p>
      )}
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

export function Footer({ data }: { data: PageData }): preact.JSX.Element {
  useEffect(() => {
    document.title = `Labs of stack ${data.stack}`;
  }, [data]);
  return (
    <footer>
      <p>{data.about}</p>
      <p>
        <kbd>←</kbd> <kbd>→</kbd> step, <kbd>/</kbd> ask one flow, arrows and <kbd>Enter</kbd> in the matrix.
      </p>
    </footer>
  );
}
