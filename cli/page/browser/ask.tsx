import { Fragment, type RefObject } from "preact";
import { answersAt, answersOf, findTarget, isItself, portText, remarksOf, walksOf } from "../page-flows";
import type { LabPage, PageAnswer, PageState } from "../page-data";
import type { AskedFlow } from "./page-place";
import { Walk } from "./walk";
import { Why } from "./why";
import { changeText, nameOf, VERDICT } from "./page-words";

interface Props {
  lab: LabPage;
  state: PageState;
  before: PageState | undefined;
  asked: AskedFlow;
  onAsk: (asked: AskedFlow) => void;
  first: RefObject<HTMLInputElement | null>;
}

/** A box for one flow, and its answer: for each direction the policy and the rule that decided. */
export function Ask(props: Props): preact.JSX.Element {
  const { lab, asked, onAsk } = props;
  const set = (change: Partial<AskedFlow>): void => {
    onAsk({ ...asked, ...change });
  };
  const field =
    (key: keyof AskedFlow) => (event: { currentTarget: HTMLInputElement | HTMLSelectElement }) => {
      set({ [key]: event.currentTarget.value });
    };
  return (
    <section class="card ask" aria-label="Ask one flow">
      <form
        onSubmit={(e) => {
          e.preventDefault();
        }}
      >
        <h3>Ask one flow</h3>
        <label>
          <span>From</span>
          <input
            ref={props.first}
            list="senders"
            value={asked.from}
            onInput={field("from")}
            placeholder="a workload, internet or an address"
            spellcheck={false}
          />
        </label>
        <button
          type="button"
          class="swap"
          aria-label="Swap both ends"
          title="Swap both ends"
          onClick={() => {
            set({ from: asked.to, to: asked.from, port: "" });
          }}
        >
          ⇄
        </button>
        <label>
          <span>To</span>
          <input
            list="receivers"
            value={asked.to}
            onInput={field("to")}
            placeholder="a workload or a Service"
            spellcheck={false}
          />
        </label>
        <label class="small">
          <span>{/^ICMP/.test(asked.protocol) ? "Type" : "Port"}</span>
          <input inputMode="numeric" value={asked.port} onInput={field("port")} placeholder="80" size={6} />
        </label>
        <label class="small">
          <span>Protocol</span>
          <select value={asked.protocol} onChange={field("protocol")}>
            {["TCP", "UDP", "SCTP", "ICMP"].map((p) => (
              <option key={p}>{p}</option>
            ))}
          </select>
        </label>
        <datalist id="senders">
          {lab.nodes.map((n) => (
            <option key={n.id} value={n.id} />
          ))}
        </datalist>
        <datalist id="receivers">
          {lab.nodes.map((n) => (
            <option key={n.id} value={n.id} />
          ))}
          {lab.services.map((s) => (
            <option key={s.id} value={`service/${s.id}`} />
          ))}
        </datalist>
      </form>
      <div aria-live="polite">
        <Answer {...props} />
      </div>
    </section>
  );
}

function Answer(props: Props): preact.JSX.Element {
  const { lab, asked } = props;
  if (asked.from.trim() === "" || asked.to.trim() === "")
    return <p class="hint">Click an arrow or a cell of the matrix, or fill in both ends.</p>;
  const from = findTarget(lab, asked.from, false);
  const to = findTarget(lab, asked.to, true);
  if (from === undefined || !("node" in from))
    return <p class="hint wrong">{`${asked.from} is nothing here that sends: take a name from the list.`}</p>;
  if (to === undefined)
    return <p class="hint wrong">{`${asked.to} is nothing here: take a name from the list.`}</p>;
  const port = asked.port.trim() === "" ? undefined : Number(asked.port);
  const lowest = asked.protocol === "ICMP" ? 0 : 1;
  const highest = asked.protocol === "ICMP" ? 255 : 65535;
  if (port !== undefined && !(Number.isInteger(port) && port >= lowest && port <= highest))
    return <p class="hint wrong">{`${asked.port} is not a port: they go from ${lowest} to ${highest}.`}</p>;
  if ("service" in to) return <ServiceAnswer {...props} from={from.node} service={to.service} port={port} />;
  return <PairAnswer {...props} from={from.node} to={to.node} port={port} />;
}

function ServiceAnswer(
  props: Props & { from: number; service: number; port: number | undefined },
): preact.JSX.Element {
  const { lab, asked, from, port } = props;
  const service = lab.services[props.service];
  if (service === undefined) return <></>;
  const known = service.ports.filter((p) => p.protocol === asked.protocol);
  const wanted = known.find((p) => p.port === port) ?? (port === undefined ? known[0] : undefined);
  if (wanted === undefined) {
    const has = service.ports.map((p) => portText({ protocol: p.protocol, port: p.port })).join(", ");
    return <p class="hint wrong">{`Service ${service.id} has no such port; it has ${has}.`}</p>;
  }
  return (
    <>
      {service.backends.map((b) => {
        const target = typeof wanted.target === "number" ? wanted.target : b.named[wanted.target];
        if (target === undefined)
          return <p class="hint wrong">{`${nameOf(lab, b.node)} has no port named ${wanted.target}.`}</p>;
        return (
          <div key={b.node}>
            <p class="hint">
              {`Service ${service.id} hands port ${wanted.port} to `}
              <b>{nameOf(lab, b.node)}</b>
              {` on ${target}; policies see the pod and that port.`}
            </p>
            <PairAnswer {...props} from={from} to={b.node} port={target} byService />
          </div>
        );
      })}
    </>
  );
}

function PairAnswer(
  props: Props & { from: number; to: number; port: number | undefined; byService?: boolean },
): preact.JSX.Element {
  const { lab, state, before, asked, onAsk, from, to } = props;
  if (isItself(lab, from, to) && !props.byService)
    return <p class="hint">A pod always reaches itself: policies do not see that traffic.</p>;
  const answers = answersOf(lab, state, from, to);
  if (answers.length === 0)
    return (
      <p class="hint">{`No packet can go from ${nameOf(lab, from)} to ${nameOf(lab, to)} at this step: one of them is not there, or both lie outside.`}</p>
    );
  const ofProtocol = answers.filter((a) => a.protocol === asked.protocol);
  const found =
    props.port === undefined
      ? ofProtocol.filter((a, i) => ofProtocol.findIndex((b) => b.family === a.family) === i)
      : answersAt(lab, state, from, to, { protocol: asked.protocol, port: props.port });
  const [first] = found;
  if (first === undefined) return <p class="hint">{`${asked.protocol} does not go between the two.`}</p>;
  const back = answersOf(lab, state, to, from);
  const change = changeText(lab, before, state, from, to);
  const where = (a: PageAnswer): string => {
    const ports =
      props.port === undefined
        ? `${a.protocol} ${a.text}`
        : portText({ protocol: asked.protocol, port: props.port });
    return a.family === undefined ? ports : `${ports}, ${a.family}`;
  };
  return (
    <>
      {found.map((answer) => (
        <Fragment key={answer.family}>
          <p class={`verdict ${answer.verdict}`}>
            <span class="sign" aria-hidden="true" />
            <b>{VERDICT[answer.verdict]}</b>
            <span class="flow">
              {nameOf(lab, from)} → {nameOf(lab, to)} <span class="port">{where(answer)}</span>
            </span>
            {change !== "" && answer === found.at(-1) && <span class="tag">{`this step ${change}`}</span>}
          </p>
          <Why lab={lab} state={state} from={from} to={to} answer={answer} />
          <Remarks texts={remarksOf(lab, state, from, to, answer, props.port)} />
        </Fragment>
      ))}
      {props.port !== undefined &&
        props.byService !== true &&
        walksOf(lab, state, from, to, { protocol: asked.protocol, port: props.port }).map((way) => (
          <Walk key={way.family} {...way} />
        ))}
      <Ports
        answers={answers}
        current={first}
        onPick={(a) => {
          onAsk({ ...asked, protocol: a.protocol, port: firstPort(a), to: nameOf(lab, to) });
        }}
      />
      <p class="hint">
        {`The other way, ${nameOf(lab, to)} → ${nameOf(lab, from)}: ${summary(back)}. Answers to an open connection always come back.`}
      </p>
    </>
  );
}

function Remarks({ texts }: { texts: readonly string[] }): preact.JSX.Element {
  if (texts.length === 0) return <></>;
  return (
    <ul class="remarks" aria-label="Good to know">
      {texts.map((text) => (
        <li key={text}>{`${text}.`}</li>
      ))}
    </ul>
  );
}

function firstPort(a: PageAnswer): string {
  const first = a.ports[0]?.[0] ?? 0;
  return /^ICMP/.test(a.protocol) ? String(first >> 8) : String(first);
}

/** All ports of the pair: every protocol and port stands in exactly one of them. */
function Ports({
  answers,
  current,
  onPick,
}: {
  answers: readonly PageAnswer[];
  current: PageAnswer;
  onPick: (a: PageAnswer) => void;
}): preact.JSX.Element {
  return (
    <div class="port-list">
      <span class="muted">All ports of this pair</span>
      {answers.map((a, i) => (
        <button
          key={i}
          type="button"
          class={`chip ${a.verdict}`}
          aria-pressed={a === current}
          onClick={() => {
            onPick(a);
          }}
        >
          <span class="sign" aria-hidden="true" />
          {`${a.protocol} ${a.text}${a.family === undefined ? "" : ` ${a.family}`}`}
          <span class="sr">{VERDICT[a.verdict]}</span>
        </button>
      ))}
    </div>
  );
}

function summary(answers: readonly PageAnswer[]): string {
  if (answers.length === 0) return "no packet can go";
  const open = answers.filter((a) => a.verdict === "allow");
  if (open.length === 0) return answers.some((a) => a.verdict === "unknown") ? "not known" : "all closed";
  if (open.length === answers.length) return "all open";
  return `open on ${open.map((a) => `${a.protocol} ${a.text}`).join(", ")}`;
}
