import { statusOf } from "../../routing/answer-text";
import { answerContainer, containerText, type ContainerClaim } from "../../labs/machine";
import type { FlowClaim, LabSelection, RequestClaim } from "../../labs/model";
import { answerClaim } from "../../labs/prediction/claims";
import { answerRequest } from "../../labs/prediction/requests";
import { routeLinesOf } from "../../labs/prediction/route-lines";
import { objectKey } from "../../kube/objects";
import { onlyText, type AnsweredOnly } from "../../labs/prediction/only-claims";
import { formatPorts, type State } from "../../packages/reach/src";
import { Cells } from "./matrix-cells";
import { pageDocument } from "./object-documents";
import { labelsOf } from "./selectable-labels";
import type {
  LabPage,
  PageClaim,
  PageDocument,
  PageHop,
  PageLabels,
  PageRequest,
  PageState,
} from "./page-data";
import { pairRemarks } from "./pair-remarks";
import { pairWalks } from "./pair-walks";
import { answerTo } from "./pair-flows";
import { mainFlows, nodeId, pageNodes, pageServices } from "./graph-nodes";
import type { LabStates, Own, StateAt } from "../../labs/prediction/lab-states";

/** A lab as the page shows it; with `own`, the learner's state beside the steps. @throws ProblemsError */
export function labPage(states: LabStates, own?: Own): { lab: LabPage; own?: PageState; state?: State } {
  const { selection } = states;
  const { lab, context, instance } = selection;
  const evaluated = states.all(own);
  const all = [...evaluated.steps, ...(evaluated.own === undefined ? [] : [evaluated.own])];
  const nodes = pageNodes(all, selection);
  const cells = new Cells(
    nodes.map((n) => n.id),
    nodes.some((n) => n.kind === "Node"),
  );
  const documents = new Documents(states);
  const labelSets = new Lists<PageLabels[]>();
  const pageState = (at: StateAt, objects = at.objects): PageState => ({
    cells: cells.of(at.state),
    remarks: {},
    walks: {},
    documents: documents.of(objects),
    labels: labelSets.of(labelsOf(at.objects)),
    ...findings(at, selection),
  });
  const steps = lab.steps.map(({ id, title, aim }, i) => {
    const at = evaluated.steps[i] as StateAt;
    return { id, title, aim, ...pageState(at, [...at.objects, ...states.at(i).patches]) };
  });
  const mine = evaluated.own === undefined ? undefined : pageState(evaluated.own);
  const page: LabPage = {
    instance,
    lab: lab.id,
    title: lab.title,
    summary: lab.summary,
    guide: `labs/${lab.id}/README.md`,
    current: selection.step,
    links: lab.links?.(context) ?? [],
    nodes,
    services: pageServices(all, nodes),
    documents: documents.list,
    labels: labelSets.list,
    decisions: cells.decisions,
    answers: cells.answers,
    remarks: [],
    hops: [],
    walks: [],
    flows: mainFlows(all, nodes),
    steps,
  };
  const remarks = new Lists<string>();
  const [hops, walks] = [new Lists<PageHop>(), new Lists<number[]>()];
  const remark = (on: PageState, { state }: StateAt): void => {
    for (const [key, way] of pairWalks(page, on, state))
      on.walks[key] = walks.of(way.map((hop) => hops.of(hop)));
    const found = [...pairRemarks(page, on.cells, state)];
    on.remarks = Object.fromEntries(
      found.map(([key, texts]) => [key, texts.map((text) => remarks.of(text))]),
    );
  };
  steps.forEach((step, i) => {
    remark(step, evaluated.steps[i] as StateAt);
  });
  if (mine !== undefined && evaluated.own !== undefined) remark(mine, evaluated.own);
  page.remarks = remarks.list;
  page.hops = hops.list;
  page.walks = walks.list;
  return mine === undefined || evaluated.own === undefined
    ? { lab: page }
    : { lab: page, own: mine, state: evaluated.own.state };
}

type Findings = Pick<PageState, "claims" | "requests" | "routes">;

/** What does not depend on how the page is laid out; found once for a state. */
function findings(at: StateAt, selection: LabSelection): Findings {
  let found = known.get(at.state);
  if (found === undefined) {
    found = {
      claims: [
        ...at.claims.flatMap((e) => (e.kind === "flow" ? [claim(at, e)] : [])),
        ...(at.only ?? []).map(onlyClaim),
      ],
      requests: at.claims.flatMap((e) =>
        e.kind === "request"
          ? [request(at, e, selection)]
          : e.kind === "container"
            ? [betweenContainers(at, e)]
            : [],
      ),
      routes: routeLinesOf(selection.context, at.objects),
    };
    known.set(at.state, found);
  }
  return found;
}
const known = new WeakMap<StateAt["state"], Findings>();

/** Lists, each kept once. */
class Lists<T> {
  readonly list: T[] = [];
  private readonly indices = new Map<string, number>();

  of(item: T): number {
    const key = JSON.stringify(item);
    let index = this.indices.get(key);
    if (index === undefined) this.indices.set(key, (index = this.list.push(item) - 1));
    return index;
  }
}

const written = new WeakMap<LabStates, Map<string, PageDocument>>();

/** The objects that steps bring, each version once; what runs from the start at every step is left out. */
class Documents {
  readonly list: PageDocument[] = [];
  private readonly indices = new Map<string, number>();
  private readonly fixed: ReadonlySet<string>;
  private readonly given: ReadonlySet<string>;

  /** By content, for as long as the lab's states are there. */
  private readonly yaml: Map<string, PageDocument>;

  constructor(states: LabStates) {
    const { lab, context } = states.selection;
    this.yaml = written.get(states) ?? new Map<string, PageDocument>();
    written.set(states, this.yaml);
    const given = lab.workloads(context).filter((o) => !/Policy$|^Ingress$|Route$/.test(o.kind));
    this.fixed = new Set(given.map(content));
    this.given = new Set(given.map(objectKey));
  }

  of(objects: StateAt["objects"]): number[] {
    return objects.flatMap((object) => {
      const key = content(object);
      if (this.fixed.has(key)) return [];
      let index = this.indices.get(key);
      if (index === undefined) {
        index = this.list.push(this.document(key, object)) - 1;
        this.indices.set(key, index);
      }
      return [index];
    });
  }

  private document(key: string, object: StateAt["objects"][number]): PageDocument {
    let document = this.yaml.get(key);
    if (document === undefined) this.yaml.set(key, (document = pageDocument(object)));
    return this.given.has(objectKey(object)) ? { ...document, given: true } : document;
  }
}

const content = (object: StateAt["objects"][number]): string =>
  `${objectKey(object)} ${JSON.stringify(object)}`;

const claim = ({ state }: StateAt, c: FlowClaim): PageClaim =>
  answerClaim(state, { ...c, from: nodeId(c.from), to: nodeId(c.to) }, answerTo);

function onlyClaim(only: AnsweredOnly): PageClaim {
  const { end, reason, holds, excess } = only;
  const [first] = excess;
  const more = excess.length > 1 ? `, and ${excess.length - 1} more` : "";
  return {
    kind: "flow",
    from: first?.from.name ?? end,
    to: first?.to.name ?? end,
    protocol: (first?.protocol ?? "TCP") as PageClaim["protocol"],
    port: first?.ports[0]?.[0] ?? 0,
    verdict: "deny",
    reason,
    holds,
    found: holds ? "deny" : "allow",
    only: onlyText(only),
    ...(first === undefined
      ? {}
      : {
          instead: `${first.from.name} reaches ${first.to.name} on ${first.protocol} ${formatPorts(first.ports)}${more}`,
        }),
  };
}

/** Containers are no ends of the cluster: what is claimed of them stands beside the requests. */
function betweenContainers({ machine }: StateAt, c: ContainerClaim): PageRequest {
  const { holds, found, because } = answerContainer(machine, c);
  const answer = { allow: "open", deny: "closed", unknown: "unknown" }[found];
  return {
    url: containerText(c),
    sends: [],
    shares: [],
    answer,
    holds,
    reason: c.reason,
    ...(holds ? {} : { instead: because }),
  };
}

function request({ objects }: StateAt, c: RequestClaim, { context }: LabSelection): PageRequest {
  const { url, answer, holds, instead } = answerRequest(objects, context, c);
  return {
    url,
    sends: [
      ...(c.gateway === undefined ? [] : [`at Gateway ${c.gateway}`]),
      ...Object.entries(c.headers ?? {}).map(([k, v]) => `${k}: ${v}`),
      ...Object.entries(c.cookies ?? {}).map(([k, v]) => `cookie ${k}=${v}`),
    ],
    shares:
      answer.kind === "backends"
        ? Object.entries(answer.shares).map(([backend, share]) => ({ backend, share }))
        : [],
    ...(answer.kind === "backends"
      ? {}
      : {
          answer:
            answer.kind === "redirect"
              ? `${answer.status} to ${answer.location}`
              : String(statusOf(answer) ?? answer.kind),
        }),
    holds,
    reason: c.reason,
    ...(instead === undefined ? {} : { instead }),
  };
}
