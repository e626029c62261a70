import { Graph, layout } from "@dagrejs/dagre";
import { portsOf, portText } from "../flows";
import type { LabPage } from "../model";

export interface Point {
  x: number;
  y: number;
}

export interface Box extends Point {
  width: number;
  height: number;
}

export interface Drawing {
  width: number;
  height: number;
  /** By index of the node; middle points. */
  nodes: Map<number, Box>;
  groups: { name: string; box: Box }[];
  /** By pair; a label's place is in its middle. */
  edges: Map<number, { points: Point[]; label?: Point; text: string }>;
}

const NODE_HEIGHT = 40;
/** Room that the name of a namespace needs beyond the layout's own margin. */
const TITLE = 10;
/** With more flows than this the arrows carry no ports: each workload shows its own. */
const LABELLED = 16;

/** Places the workloads of a lab, once for all its steps, so that nothing jumps when the slider moves. */
export function draw(lab: LabPage, scope: "main" | "all"): Drawing {
  const graph = new Graph({ compound: true, multigraph: true });
  graph.setGraph({
    rankdir: "LR",
    nodesep: 30,
    ranksep: labelled(lab) ? 30 : 16,
    edgesep: 12,
    marginx: 12,
    marginy: 12,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const shown = lab.nodes.flatMap((n, i) => (n.main || scope === "all" ? [i] : []));
  for (const i of shown) {
    const node = lab.nodes[i];
    if (node === undefined) continue;
    graph.setNode(String(i), { width: Math.max(92, widthOf(node.name) + 24), height: NODE_HEIGHT });
    if (node.group === "") continue;
    if (!graph.hasNode(`ns ${node.group}`)) graph.setNode(`ns ${node.group}`, {});
    graph.setParent(String(i), `ns ${node.group}`);
  }
  for (const pair of lab.flows) {
    const [from, to] = [Math.floor(pair / lab.nodes.length), pair % lab.nodes.length];
    if (!shown.includes(from) || !shown.includes(to)) continue;
    const text = labelled(lab) ? labelOf(lab, from, to) : "";
    graph.setEdge(
      String(from),
      String(to),
      { width: text === "" ? 0 : text.length * 6.4 + 10, height: text === "" ? 0 : 16, labelpos: "c", text },
      String(pair),
    );
  }
  layout(graph);
  return read(graph);
}

const labelled = (lab: LabPage): boolean => lab.flows.length <= LABELLED;

/** The ports of a pair, short enough for an arrow. */
export function labelOf(lab: LabPage, from: number, to: number): string {
  const ports = portsOf(lab, from, to).map(portText);
  return ports.length <= 2 ? ports.join(", ") : `${ports.slice(0, 2).join(", ")} …`;
}

const context = document.createElement("canvas").getContext("2d");

/** Width of a name, in the font that the graph uses. */
function widthOf(text: string): number {
  if (context === null) return text.length * 8;
  context.font = `600 13.5px ${getComputedStyle(document.body).fontFamily}`;
  return context.measureText(text).width;
}

function read(graph: Graph): Drawing {
  const nodes = new Map<number, Box>();
  const groups: Drawing["groups"] = [];
  for (const id of graph.nodes()) {
    const { x, y, width, height } = graph.node(id) as Box;
    if (!id.startsWith("ns ")) nodes.set(Number(id), { x, y, width, height });
    else groups.push({ name: id.slice(3), box: { x, y: y - TITLE / 2, width, height: height + TITLE } });
  }
  const edges: Drawing["edges"] = new Map();
  for (const edge of graph.edges()) {
    const { points, x, y, text } = graph.edge(edge) as unknown as {
      points: Point[];
      x?: number;
      y?: number;
      text: string;
    };
    edges.set(Number(edge.name), {
      points,
      text,
      ...(x === undefined || y === undefined ? {} : { label: { x, y } }),
    });
  }
  const boxes = [...nodes.values(), ...groups.map((g) => g.box)];
  const top = Math.min(0, ...boxes.map((b) => b.y - b.height / 2 - 8));
  const shift = <P extends Point>(p: P): P => ({ ...p, y: p.y - top });
  const size = graph.graph() as { width?: number; height?: number };
  return {
    width: size.width ?? 0,
    height: (size.height ?? 0) - top,
    nodes: new Map([...nodes].map(([i, b]) => [i, shift(b)])),
    groups: groups.map((g) => ({ ...g, box: shift(g.box) })),
    edges: new Map(
      [...edges].map(([i, e]) => [
        i,
        {
          ...e,
          points: e.points.map(shift),
          ...(e.label === undefined ? {} : { label: shift(e.label) }),
        },
      ]),
    ),
  };
}

/** A smooth path along the points: a uniform cubic B-spline that begins and ends at its outer points. */
export function smooth(points: readonly Point[]): string {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return "";
  const all = [first, first, ...points.slice(1, -1), last, last];
  let path = `M${at(first)}`;
  for (let i = 0; i + 2 < all.length; i++) {
    const [a, b, c] = [all[i], all[i + 1], all[i + 2]];
    if (a === undefined || b === undefined || c === undefined) break;
    // From the knot before b to the one after it.
    path += `C${at(mix(a, b, 2 / 3))} ${at(mix(b, a, 2 / 3))} ${at({ x: (a.x + 4 * b.x + c.x) / 6, y: (a.y + 4 * b.y + c.y) / 6 })}`;
  }
  return `${path}L${at(last)}`;
}

/** The point between two, nearer to the first the greater its share. */
const mix = (a: Point, b: Point, share: number): Point => ({
  x: a.x * share + b.x * (1 - share),
  y: a.y * share + b.y * (1 - share),
});

const at = ({ x, y }: Point): string => `${round(x)},${round(y)}`;
const round = (n: number): number => Math.round(n * 10) / 10;

/** A bent line between two boxes, for pairs that the layout does not know. */
export function direct(a: Box, b: Box): Point[] {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy) || 1;
  const bend = Math.min(40, length / 6);
  const middle = { x: (a.x + b.x) / 2 - (dy / length) * bend, y: (a.y + b.y) / 2 + (dx / length) * bend };
  return [border(a, middle), middle, border(b, middle)];
}

/** Where a line from the middle of a box to a point leaves the box. */
function border(box: Box, to: Point): Point {
  const [dx, dy] = [to.x - box.x, to.y - box.y];
  const scale = Math.min(
    dx === 0 ? Infinity : box.width / 2 / Math.abs(dx),
    dy === 0 ? Infinity : box.height / 2 / Math.abs(dy),
  );
  return { x: box.x + dx * Math.min(1, scale), y: box.y + dy * Math.min(1, scale) };
}
