import { useEffect, useMemo, useRef } from "preact/hooks";
import { changes, drawnIn, portsOfCell, presentIn, statusOf } from "../page-flows";
import type { LabPage, PageData, PageState } from "../page-data";
import { Ask } from "./ask";
import { Claims } from "./claims";
import { Delta } from "./delta";
import { GraphView } from "./graph";
import { Footer, LabIntro, NoLabs, StepIntro } from "./intro";
import { Header } from "./header";
import { Labels } from "./label-list";
import { Legend } from "./legend";
import { MatrixView } from "./matrix";
import { Objects } from "./objects";
import { startOf, usePlace, type AskedFlow } from "./page-place";
import { usePlay, type Play } from "./play-client";
import { PlayPanel } from "./play-panel";
import { RoutesView } from "./routes";
import { Stepper } from "./stepper";
import { useKeys } from "./page-keys";
import { nameOf } from "./page-words";

/** The page: one lab at one step, and whatever flow is asked about. */
export function App({ data }: { data: PageData }): preact.JSX.Element {
  const [place, move] = usePlace(data);
  const planned = data.labs[place.lab];
  const play = usePlay(data, planned?.instance, place.step);
  const ask = useRef<HTMLInputElement | null>(null);
  const last = (planned?.steps.length ?? 1) - 1;
  const onStep = (step: number): void => {
    move({ step: Math.min(Math.max(step, 0), last) });
  };
  useKeys({
    before: () => {
      onStep(place.step - 1);
    },
    next: () => {
      onStep(place.step + 1);
    },
    ask: () => ask.current?.focus(),
  });
  if (planned === undefined) return <NoLabs data={data} />;
  const shown = shownState(planned, place.step, place.view, play);
  return (
    <>
      <Header
        data={data}
        lab={place.lab}
        onLab={(lab) => {
          move({ lab, step: startOf(data, lab), asked: { from: "", to: "", port: "", protocol: "TCP" } });
        }}
      />
      <main>
        <LabIntro lab={planned} links={data.play === undefined} />
        <Stepper lab={planned} step={place.step} onStep={onStep} />
        <StepView
          {...shown}
          step={place.step}
          scope={place.scope}
          asked={place.asked}
          askField={ask}
          panel={
            data.play !== undefined && (
              <PlayPanel
                update={shown.update}
                connected={play.connected}
                folder={data.play.labs[planned.instance]?.folder ?? ""}
                step={place.step}
                last={last}
                view={place.view}
                onView={(view) => {
                  move({ view });
                }}
                onNext={() => {
                  onStep(place.step + 1);
                }}
              />
            )
          }
          onScope={(scope) => {
            move({ scope });
          }}
          onAsk={(asked) => {
            move({ asked });
          }}
        />
      </main>
      <Footer data={data} title={`${planned.instance}, step ${place.step}: ${planned.title}`} />
    </>
  );
}

interface Shown {
  lab: LabPage;
  state: PageState;
  before: PageState | undefined;
  yours: boolean;
  update: Play["update"];
}

function shownState(planned: LabPage, step: number, view: "yours" | "solution", play: Play): Shown {
  const update =
    play.update?.instance === planned.instance && play.update.step === step ? play.update : undefined;
  const lab = update?.lab ?? planned;
  const yours = view === "yours" && update?.yours !== undefined;
  const state = (yours ? update.yours : lab.steps[step]) as PageState;
  return { lab, state, before: lab.steps[step - 1], yours, update };
}

interface StepProps extends Shown {
  step: number;
  scope: "main" | "all";
  asked: AskedFlow;
  /** Where a learner stands, on the page of `labs play`. */
  panel: preact.ComponentChild;
  askField: preact.RefObject<HTMLInputElement | null>;
  onScope: (scope: "main" | "all") => void;
  onAsk: (asked: AskedFlow) => void;
}

const TITLES = {
  main: "The flows that the lab speaks of",
  all: "Every pair that is open or changed, with the cluster's own pods",
} as const;

function StepView(props: StepProps): preact.JSX.Element {
  const { lab, state, before, step, scope, asked, onAsk, yours } = props;
  const changed = useMemo(() => changes(lab, before, state, scope), [lab, before, state, scope]);
  const present = useMemo(() => presentIn(lab, state), [lab, state]);
  const answer = useRef<HTMLDivElement>(null);
  // An answer that was asked for by a click is brought into sight, once it is there.
  const jump = useRef(false);
  useEffect(() => {
    if (!jump.current) return;
    jump.current = false;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    answer.current?.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
  });
  const at = (id: string): number => lab.nodes.findIndex((n) => n.id === id);
  const [from, to] = [at(asked.from), at(asked.to)];
  const selected = from >= 0 && to >= 0 ? from * lab.nodes.length + to : undefined;
  const onPair = (pair: number): void => {
    const [a, b] = [Math.floor(pair / lab.nodes.length), pair % lab.nodes.length];
    const port = portsOfCell(lab, a, b)[0];
    onAsk({
      from: nameOf(lab, a),
      to: nameOf(lab, b),
      port: port === undefined ? "" : String(port.port),
      protocol: port?.protocol ?? "TCP",
    });
    jump.current = true;
  };
  const unknown =
    scope === "all"
      ? lab.decisions.some((d) => d.verdict === "unknown")
      : lab.flows.some(
          (p) =>
            statusOf(lab, state, Math.floor(p / lab.nodes.length), p % lab.nodes.length).kind === "unknown",
        );
  const shown = drawnIn(lab, scope).filter((i) => present[i] === true);
  // A step about requests is about its routes: they come first.
  const byRequest = state.requests.length > 0;
  const claims = (
    <Claims
      state={state}
      onAsk={(asking) => {
        jump.current = true;
        onAsk(asking);
      }}
      title={yours ? "The aim of this step" : "What holds at this step"}
    />
  );
  const shared = { lab, state, changes: changed, present, scope, selected, onPair };
  return (
    <>
      <StepIntro lab={lab} step={step}>
        {before !== undefined && (
          <Delta lab={lab} state={state} before={before} changes={changed} yours={yours} onPair={onPair} />
        )}
      </StepIntro>
      {props.panel}
      {byRequest && <RoutesView lab={lab} state={state} />}
      <div class={`picture ${shown.length > 20 ? "wide" : ""}`}>
        <div class="stage">
          <section class="card graph-card" aria-label="Flows as a graph">
            <div class="card-head">
              <h3>Flows</h3>
              <span class="switch" role="group" aria-label="Which pairs are drawn">
                {(["main", "all"] as const).map((s) => (
                  <button
                    key={s}
                    type="button"
                    title={TITLES[s]}
                    aria-pressed={scope === s}
                    onClick={() => {
                      props.onScope(s);
                    }}
                  >
                    {s === "main" ? "The lab's flows" : "All pairs"}
                  </button>
                ))}
              </span>
            </div>
            <GraphView {...shared} before={before} />
            <Legend unknown={unknown} />
          </section>
          {yours && claims}
          <div ref={answer}>
            <Ask lab={lab} state={state} before={before} asked={asked} onAsk={onAsk} first={props.askField} />
          </div>
        </div>
        <div class="side">
          <section class="card matrix-card" aria-label="All pairs as a matrix">
            <h3>Who reaches whom</h3>
            <MatrixView {...shared} />
          </section>
          <div class="things">
            <Objects lab={lab} state={state} before={before} yours={yours} />
            <Labels lab={lab} state={state} />
          </div>
        </div>
      </div>
      {!yours && claims}
      {!byRequest && <RoutesView lab={lab} state={state} />}
    </>
  );
}
