import { Graph, layout } from "@dagrejs/dagre";
import { drawnIn, portsOfCell, portText } from "../page-flows";
import type { LabPage, PageNode } from "../page-data";

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
  /** `title`: where its name begins. */
  groups: { name: string; box: Box; title: Point }[];
  /** By pair; a label's place is in its middle. */
  edges: Map<number, { points: Point[]; label?: Point; text: string }>;
}

const NODE_HEIGHT = 40;
/** Room around the workloads of a namespace, and for its name above them. */
const SIDE = 14;
const TITLE = 27;
/** With more flows than this the arrows carry no ports: each workload shows its own. */
const LABELLED = 16;

/** Workloads without any flow stand in rows of this many, not below each other. */
const ROW = 4;

/** Places the workloads of a lab, once for all its steps, so that nothing jumps when the slider moves. */
export function draw(lab: LabPage, scope: "main" | "all"): Drawing {
  const graph = new Graph({ compound: true, multigraph: true });
  graph.setGraph({
    rankdir: "LR",
    nodesep: labelled(lab) ? 30 : 20,
    ranksep: labelled(lab) ? 30 : 16,
    edgesep: 12,
    marginx: 12,
    marginy: 12,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const shown = drawnIn(lab, scope);
  for (const i of shown) {
    const node = lab.nodes[i];
    if (node === undefined) continue;
    graph.setNode(String(i), { width: nodeWidth(node), height: NODE_HEIGHT });
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
  inRows(graph, lab, shown);
  layout(graph);
  return read(graph);
}

/** The layout orders by edges alone: lines that nobody sees keep workloads without flows beside each other. */
function inRows(graph: Graph, lab: LabPage, shown: readonly number[]): void {
  const alone = new Map<string, number[]>();
  for (const i of shown) {
    const group = lab.nodes[i]?.group ?? "";
    if ((graph.nodeEdges(String(i)) ?? []).length === 0) alone.set(group, [...(alone.get(group) ?? []), i]);
  }
  for (const row of alone.values()) {
    row.forEach((node, i) => {
      if (i % ROW !== 0) graph.setEdge(String(row[i - 1]), String(node), { width: 0, height: 0 }, UNSEEN);
    });
  }
}

const UNSEEN = "unseen";

const labelled = (lab: LabPage): boolean => lab.flows.length <= LABELLED;

/** The ports of a pair, short enough for an arrow. */
export function labelOf(lab: LabPage, from: number, to: number): string {
  const ports = portsOfCell(lab, from, to).map(portText);
  return ports.length <= 2 ? ports.join(", ") : `${ports.slice(0, 2).join(", ")} …`;
}

const context = document.createElement("canvas").getContext("2d");

/** The ports on which a workload listens, as many as fit under its name. */
export function listensOn({ ports }: PageNode): string {
  const texts = ports.map((p) => `:${p.port}${p.protocol === "TCP" ? "" : `/${p.protocol}`}`);
  return `${texts.slice(0, 3).join(" ")}${texts.length > 3 ? " …" : ""}`;
}

const nodeWidth = (node: PageNode): number =>
  Math.max(
    92,
    widthOf(node.name) + 24,
    widthOf(listensOn(node), "11.5px") + 24,
    // So that its namespace's box, and the picture, hold the namespace's name.
    widthOf(node.group) + 24 - 2 * SIDE,
  );

/** Width of a name, in the font that the graph uses. */
function widthOf(text: string, font = "600 13.5px"): number {
  if (context === null) return text.length * 8;
  context.font = `${font} ${getComputedStyle(document.body).fontFamily}`;
  return context.measureText(text).width;
}

function read(graph: Graph): Drawing {
  const nodes = new Map<number, Box>();
  const members = new Map<string, Box[]>();
  for (const id of graph.nodes()) {
    if (id.startsWith("ns ")) continue;
    const { x, y, width, height } = graph.node(id) as Box;
    const box = { x, y, width, height };
    nodes.set(Number(id), box);
    const group = graph.parent(id);
    if (typeof group === "string") members.set(group, [...(members.get(group) ?? []), box]);
  }
  const edges: Drawing["edges"] = new Map();
  for (const edge of graph.edges()) {
    if (edge.name === UNSEEN) continue;
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
  const groups = [...members].map(([id, all]) => {
    const [name, box] = [id.slice(3), around(all)];
    return { name, box, title: titlePlace(name, box, [...edges.values()]) };
  });
  const boxes = [...nodes.values(), ...groups.map((g) => g.box)];
  // The layout leaves room of its own around everything: what is not used is cut off.
  const top = Math.min(
    ...boxes.map((b) => b.y - b.height / 2 - 8),
    ...[...edges.values()].flatMap((e) => e.points.map((p) => p.y - 8)),
  );
  const bottom = Math.max(
    ...boxes.map((b) => b.y + b.height / 2 + 8),
    ...[...edges.values()].flatMap((e) => e.points.map((p) => p.y + 8)),
  );
  const shift = <P extends Point>(p: P): P => ({ ...p, y: p.y - top });
  const size = graph.graph() as { width?: number };
  return {
    width: size.width ?? 0,
    height: bottom - top,
    nodes: new Map([...nodes].map(([i, b]) => [i, shift(b)])),
    groups: groups.map((g) => ({ ...g, box: shift(g.box), title: shift(g.title) })),
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

/** The box of a namespace: as tight as its workloads allow. */
function around(boxes: readonly Box[]): Box {
  const left = Math.min(...boxes.map((b) => b.x - b.width / 2)) - SIDE;
  const right = Math.max(...boxes.map((b) => b.x + b.width / 2)) + SIDE;
  const top = Math.min(...boxes.map((b) => b.y - b.height / 2)) - TITLE;
  const bottom = Math.max(...boxes.map((b) => b.y + b.height / 2)) + SIDE;
  return { x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top };
}

/** Where in the upper edge of its box a name is crossed least: at the left if that is as good as elsewhere. */
function titlePlace(name: string, box: Box, edges: readonly { points: Point[]; label?: Point }[]): Point {
  const width = widthOf(name);
  const y = box.y - box.height / 2 + 18;
  const room = box.width - 24 - width;
  const starts = [0, 1, 0.5].map((share) => box.x - box.width / 2 + 12 + Math.max(0, room) * share);
  const crossed = (x: number): number =>
    edges.reduce((sum, { points, label }) => {
      const near = (p: Point, margin: number): boolean =>
        p.x > x - margin && p.x < x + width + margin && Math.abs(p.y - (y - 4)) < 10 + margin / 4;
      const line = points.some((p, i) => {
        const next = points[i + 1];
        return next !== undefined && [0, 0.25, 0.5, 0.75, 1].some((t) => near(mix(next, p, t), 0));
      });
      return sum + (label !== undefined && near(label, 24) ? 3 : 0) + (line ? 1 : 0);
    }, 0);
  const [best = 0] = [...starts].sort((a, b) => crossed(a) - crossed(b));
  return { x: best, y };
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
