import type { PlayTask, PlayUpdate } from "../page-data";
import { Hints } from "./hints";
import { count } from "./page-words";

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
        {update?.problems.length === 0 &&
          view === "yours" &&
          (!met(update) || update.task.kind === "unseen") && (
            <Hints instance={update.instance} step={props.step} update={update} met={met(update)} />
          )}
      </div>
    </section>
  );
}

const met = ({ yours }: PlayUpdate): boolean =>
  [...(yours?.claims ?? []), ...(yours?.requests ?? [])].every((c) => c.holds);

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
  if (yours === undefined || update === undefined || update.problems.length > 0) return <></>;
  const all = [...yours.claims, ...yours.requests];
  const met = all.filter((c) => c.holds).length;
  const told = update.task.kind === "write" && all.length > 0;
  return (
    <div class={`progress ${told && met === all.length ? "done" : ""}`}>
      <b>{standing(update.task, met, all.length, step)}</b>
      {told && <progress max={all.length} value={met} aria-label="Claims that hold" />}
      {met === all.length && step < last && (
        <button type="button" class="primary" onClick={onNext}>
          {`On to step ${step + 1}`}
        </button>
      )}
    </div>
  );
}

function standing({ kind, objects }: PlayTask, met: number, all: number, step: number): string {
  if (met < all) return `${met} of ${all} claims hold.`;
  if (kind === "given") return "Nothing to write at this step: what it changes is given.";
  if (kind === "unseen")
    return `${all === 0 ? "The step claims no flow" : `All ${all} claims hold, as they did before the step`}: compare with its solution, ${objects.join(", ")}.`;
  return all === 0
    ? "This step claims no flow: follow its guide."
    : `Step ${step} is done: all ${all} claims hold.`;
}
