import type { LabPage, PageAnswer, PageDocument, PageState } from "../page-data";
import { documentOf, ruleOf } from "../document-changes";
import { nameOf } from "./page-words";

/** Both halves of an answer: leaving the source, entering the destination. */
export function Why({
  lab,
  state,
  from,
  to,
  answer,
}: {
  lab: LabPage;
  state: PageState;
  from: number;
  to: number;
  answer: PageAnswer;
}): preact.JSX.Element {
  return (
    <div class="why">
      <Half lab={lab} state={state} direction="egress" decision={answer.egress} who={nameOf(lab, from)} />
      <Half lab={lab} state={state} direction="ingress" decision={answer.ingress} who={nameOf(lab, to)} />
    </div>
  );
}

const WORD = { allow: "Allowed", deny: "Denied", unknown: "Not known" } as const;

function Half({
  lab,
  state,
  direction,
  decision: index,
  who,
}: {
  lab: LabPage;
  state: PageState;
  direction: "egress" | "ingress";
  decision: number;
  who: string;
}): preact.JSX.Element {
  const decision = lab.decisions[index];
  if (decision === undefined) return <></>;
  const document = documentOf(lab, state, decision);
  const rule = document === undefined ? undefined : ruleOf(document, decision, direction);
  return (
    <div class={`half ${decision.verdict} ${document === undefined ? "" : "with-policy"}`}>
      <h4>
        <span class="sign" aria-hidden="true" />
        {direction === "egress" ? "Leaving " : "Entering "}
        <b>{who}</b>
        {`: ${WORD[decision.verdict]}`}
      </h4>
      <dl>
        <div>
          <dt>Tier</dt>
          <dd>{decision.tier ?? "none decided"}</dd>
        </div>
        <div>
          <dt>Policy</dt>
          <dd>{decision.policy ?? "none"}</dd>
        </div>
        <div>
          <dt>Rule</dt>
          <dd>
            {decision.rule >= 0
              ? `${rule?.direction ?? direction}[${decision.rule}]`
              : decision.policy === null
                ? "none"
                : "no rule matches: the default of the tier"}
          </dd>
        </div>
      </dl>
      <p class="reason">{sentence(decision.reason)}</p>
      {document !== undefined && (
        <Yaml document={document} {...(rule?.lines === undefined ? {} : { marked: rule.lines })} />
      )}
    </div>
  );
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** A policy as the user would write it; the rule that decided is marked. */
export function Yaml({
  document,
  marked,
}: {
  document: PageDocument;
  marked?: readonly [number, number];
}): preact.JSX.Element {
  return (
    <pre class="yaml" tabIndex={0} aria-label={`${document.kind} ${document.policy} as YAML`}>
      {document.yaml.split("\n").map((line, i) => {
        const on = marked !== undefined && marked[0] <= i && i <= marked[1];
        const row = on ? (
          <mark class={i === marked[0] ? "first" : ""}>
            <YamlLine line={line} />
          </mark>
        ) : (
          <span class="row">
            <YamlLine line={line} />
          </span>
        );
        return row;
      })}
    </pre>
  );
}

/** Keys stand out a little from values: enough colour for YAML. */
function YamlLine({ line }: { line: string }): preact.JSX.Element {
  const [, indent = "", key, rest = ""] = /^([\s-]*)([\w./-]+:)(?= |$)(.*)$/.exec(line) ?? [];
  if (key === undefined) return <>{`${line}\n`}</>;
  return (
    <>
      {indent}
      <span class="key">{key}</span>
      {`${rest}\n`}
    </>
  );
}
