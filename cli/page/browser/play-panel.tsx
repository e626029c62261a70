import type { PlayUpdate } from "../model";
import { count } from "./words";

interface Props {
  update: PlayUpdate | undefined;
  connected: boolean;
  folder: string;
  step: number;
  last: number;
  view: "yours" | "solution";
  onView: (view: "yours" | "solution") => void;
  onNext: () => void;
}

/** How far the learner is: files, mistakes in them, and how much of the aim is met. */
export function PlayPanel(props: Props): preact.JSX.Element {
  const { update, connected, folder, view, onView } = props;
  const files = update?.files ?? [];
  return (
    <section class="card play" aria-label="Your turn">
      <div class="play-head">
        <span class={`live ${connected ? "on" : "off"}`}>{connected ? "watching" : "not connected"}</span>
        <span>
          {"Edit policies in "}
          <code>{folder}</code>
          {files.length === 0 ? ": no object there yet." : `: ${files.join(", ")}`}
        </span>
        <span class="switch" role="group" aria-label="What is shown">
          {(["yours", "solution"] as const).map((v) => (
            <button
              key={v}
              type="button"
              aria-pressed={view === v}
              onClick={() => {
                onView(v);
              }}
            >
              {v === "yours" ? "Yours" : "Solution"}
            </button>
          ))}
        </span>
      </div>
      <div aria-live="polite">
        <Problems update={update} />
        {(update?.notes ?? []).map((n) => (
          <p key={n} class="note">
            {n}
          </p>
        ))}
        <Progress {...props} />
      </div>
    </section>
  );
}

function Problems({ update }: { update: PlayUpdate | undefined }): preact.JSX.Element {
  const problems = update?.problems ?? [];
  if (problems.length === 0) return <></>;
  return (
    <div class="problems" role="alert">
      <b>{`${count(problems.length, "mistake")} in your files; the picture is the last one that could be read.`}</b>
      <ul>
        {problems.map((p, i) => (
          <li key={i}>
            <code>{p.path}</code> {p.message}
            {p.fix !== undefined && <div class="fix">{p.fix}</div>}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Progress({ update, step, last, onNext }: Props): preact.JSX.Element {
  const yours = update?.yours;
  if (yours === undefined || (update?.problems.length ?? 0) > 0) return <></>;
  const all = [...yours.claims, ...yours.requests];
  const met = all.filter((c) => c.holds).length;
  if (all.length === 0) return <p class="hint">This step claims no flow: follow its guide.</p>;
  const done = met === all.length;
  return (
    <div class={`progress ${done ? "done" : ""}`}>
      <b>
        {done
          ? `Step ${step} is done: all ${all.length} claims hold.`
          : `${met} of ${all.length} claims hold.`}
      </b>
      <progress max={all.length} value={met} />
      {done && step < last && (
        <button type="button" class="primary" onClick={onNext}>
          {`On to step ${step + 1}`}
        </button>
      )}
    </div>
  );
}
