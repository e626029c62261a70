import { useMemo, useState } from "preact/hooks";
import { changeOf, moreLike, portText, statusOf, type Changes, type PairStatus } from "../page-flows";
import type { LabPage, PageNode, PageState } from "../page-data";
import { direct, draw, listensOn, smooth, type Box, type Drawing, type Point } from "./graph-layout";
import { Markers } from "./markers";
import { count, pairTitle } from "./page-words";

interface Props {
  lab: LabPage;
  state: PageState;
  before: PageState | undefined;
  changes: Changes;
  present: readonly boolean[];
  scope: "main" | "all";
  selected: number | undefined;
  onPair: (pair: number) => void;
}

interface Edge {
  pair: number;
  from: number;
  to: number;
  points: Point[];
  label?: Point | undefined;
  text: string;
  status: PairStatus;
  change: "opened" | "closed" | "";
}

/** Workloads by namespace and the flows between them, as one SVG. */
export function GraphView(props: Props): preact.JSX.Element {
  const { lab, scope, present, selected } = props;
  const drawing = useMemo(() => draw(lab, scope), [lab, scope]);
  const [focus, setFocus] = useState<number | undefined>();
  const edges = edgesOf(props, drawing);
  const touches = (e: Edge): boolean => focus === undefined || e.from === focus || e.to === focus;
  return (
    <div class="graph-scroll" tabIndex={-1}>
      <svg
        class={`graph ${focus === undefined ? "" : "has-focus"}`}
        viewBox={`0 0 ${Math.ceil(drawing.width)} ${Math.ceil(drawing.height)}`}
        style={{ "--w": `${Math.ceil(drawing.width)}px` }}
        role="group"
        aria-label={`Workloads of ${lab.title} and the flows between them`}
      >
        <Markers />
        {drawing.groups.map((g) => (
          <g key={g.name} class="group">
            <rect {...corner(g.box)} rx={10} />
          </g>
        ))}
        {edges.map((e) => (
          <EdgeView
            // Made anew when its state changes: Chromium keeps colours of an old class on moved SVG text.
            key={`${e.pair} ${e.status.kind} ${e.change}`}
            edge={e}
            title={pairTitle(lab, e.from, e.to, e.status, e.change)}
            dim={!touches(e)}
            selected={e.pair === selected}
            onPair={props.onPair}
          />
        ))}
        {drawing.groups.map((g) => (
          <text key={g.name} class="group-name" x={g.title.x} y={g.title.y}>
            {g.name}
          </text>
        ))}
        {[...drawing.nodes].map(([i, box]) => (
          <NodeView
            key={i}
            node={lab.nodes[i] as PageNode}
            box={box}
            absent={present[i] === false}
            more={moreLike(lab, i)}
            onFocus={(on) => {
              setFocus(on ? i : undefined);
            }}
          />
        ))}
      </svg>
    </div>
  );
}

function edgesOf({ lab, state, before, scope, changes }: Props, drawing: Drawing): Edge[] {
  const count = lab.nodes.length;
  const shown = new Set(lab.flows.filter((p) => drawing.edges.has(p)));
  if (scope === "all") {
    for (const from of drawing.nodes.keys())
      for (const to of drawing.nodes.keys()) if (from !== to) shown.add(from * count + to);
  }
  const edges = [...shown].flatMap((pair): Edge[] => {
    const [from, to] = [Math.floor(pair / count), pair % count];
    const status = statusOf(lab, state, from, to);
    const [a, b] = [drawing.nodes.get(from), drawing.nodes.get(to)];
    if (status.kind === "none" || a === undefined || b === undefined) return [];
    const laid = drawing.edges.get(pair);
    // Beside the lab's own flows only what is open or changed is drawn: the matrix shows the rest.
    const change = changes.opened.has(pair) ? "opened" : changes.closed.has(pair) ? "closed" : "";
    if (laid === undefined && (!status.served || (status.kind === "closed" && change === ""))) return [];
    const { opened, closed } = changeOf(lab, before, state, from, to);
    const ports = change === "opened" ? opened : change === "closed" ? closed : [];
    return [
      {
        pair,
        from,
        to,
        points: laid?.points ?? direct(a, b),
        label: laid?.label,
        text: ports.length > 0 && ports.length <= 2 ? ports.join(", ") : textOf(status, laid?.text ?? ""),
        status,
        change,
      },
    ];
  });
  // What changed is drawn last, so that it lies on top.
  return edges.sort((a, b) => weight(a) - weight(b));
}

/** Where some ports are closed, an arrow names those that are open, as far as the text that was laid out has room. */
function textOf({ kind, ports }: PairStatus, laid: string): string {
  if (kind !== "mixed" || laid === "") return laid;
  const open = [...new Set(ports.filter((p) => p.verdict === "allow").map(portText))];
  return open.length <= 2 ? open.join(", ") : laid;
}

const weight = (e: Edge): number => (e.change !== "" ? 2 : e.status.kind === "closed" ? 0 : 1);

function EdgeView({
  edge,
  title,
  dim,
  selected,
  onPair,
}: {
  edge: Edge;
  title: string;
  dim: boolean;
  selected: boolean;
  onPair: (pair: number) => void;
}): preact.JSX.Element {
  const path = smooth(edge.points);
  const kind = edge.status.kind;
  const marker =
    edge.change === "closed"
      ? "closed-now"
      : edge.change !== ""
        ? edge.change
        : kind === "mixed"
          ? "open"
          : kind;
  const classes = [
    "edge",
    kind,
    edge.change === "" ? "" : `now-${edge.change}`,
    dim ? "dim" : "",
    selected ? "selected" : "",
  ].join(" ");
  const sign = edge.change === "opened" ? "+ " : edge.change === "closed" ? "× " : "";
  const text = `${sign}${edge.text}`;
  return (
    <g
      class={classes}
      data-pair={edge.pair}
      // By the keyboard the same pairs are asked in the matrix.
      role="img"
      aria-label={title}
      onClick={() => {
        onPair(edge.pair);
      }}
    >
      <title>{title}</title>
      {selected && <path class="halo" d={path} />}
      <path class="line" d={path} marker-end={`url(#m-${marker})`} />
      <path class="hit" d={path} />
      {edge.label !== undefined && edge.text !== "" && (
        <g class="edge-label" transform={`translate(${edge.label.x},${edge.label.y})`}>
          <rect x={-text.length * 3.3 - 4} y={-8} width={text.length * 6.6 + 8} height={16} rx={8} />
          <text dy="0.34em">{text}</text>
        </g>
      )}
    </g>
  );
}

function NodeView({
  node,
  box,
  absent,
  more,
  onFocus,
}: {
  node: PageNode;
  box: Box;
  absent: boolean;
  /** Networks alike that are not drawn. */
  more: number;
  onFocus: (on: boolean) => void;
}): preact.JSX.Element {
  const labels = Object.entries(node.labels).map(([k, v]) => `${k}=${v}`);
  const title = [
    `${node.kind} ${node.id}`,
    ...labels,
    ...(more > 0 ? [`and ${count(more, "network")} alike`] : []),
    ...(absent ? ["not there at this step"] : []),
  ].join("\n");
  const listens = listensOn(node);
  return (
    <g
      class={`node ${node.type} ${absent ? "absent" : ""}`}
      tabIndex={0}
      role="img"
      aria-label={title.replaceAll("\n", ", ")}
      onFocus={() => {
        onFocus(true);
      }}
      onBlur={() => {
        onFocus(false);
      }}
      onMouseEnter={() => {
        onFocus(true);
      }}
      onMouseLeave={() => {
        onFocus(false);
      }}
    >
      <title>{title}</title>
      <rect {...corner(box)} rx={node.type === "outside" ? 20 : 8} />
      <text class="name" x={box.x} y={listens === "" ? box.y + 4.5 : box.y - 2}>
        {node.name}
      </text>
      {listens !== "" && (
        <text class="ports" x={box.x} y={box.y + 13}>
          {listens}
        </text>
      )}
    </g>
  );
}

const corner = (b: Box): { x: number; y: number; width: number; height: number } => ({
  x: b.x - b.width / 2,
  y: b.y - b.height / 2,
  width: b.width,
  height: b.height,
});
