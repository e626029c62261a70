import { useEffect, useRef, useState } from "preact/hooks";
import { drawnIn, isItself, moreLike, statusOf, type Changes } from "../page-flows";
import type { LabPage, PageState } from "../page-data";
import { count, nameOf, pairTitle, shortName } from "./page-words";

interface Props {
  lab: LabPage;
  state: PageState;
  changes: Changes;
  present: readonly boolean[];
  scope: "main" | "all";
  selected: number | undefined;
  onPair: (pair: number) => void;
}

/** Who reaches whom, all pairs at once: rows send, columns receive. Arrow keys move, Enter asks. */
export function MatrixView(props: Props): preact.JSX.Element {
  const { lab, scope, present, selected } = props;
  const shown = drawnIn(lab, scope).filter((i) => present[i] === true);
  const [cursor, setCursor] = useState({ row: 0, column: Math.min(1, shown.length - 1) });
  const [hover, setHover] = useState<{ row: number; column: number } | undefined>();
  const table = useRef<HTMLTableElement>(null);
  useEffect(() => {
    if (selected === undefined) return;
    const row = shown.indexOf(Math.floor(selected / lab.nodes.length));
    const column = shown.indexOf(selected % lab.nodes.length);
    if (row >= 0 && column >= 0) setCursor({ row, column });
  }, [selected]);
  const move = (row: number, column: number): void => {
    const to = { row: clamp(row, shown.length), column: clamp(column, shown.length) };
    setCursor(to);
    table.current?.querySelector<HTMLElement>(`[data-at="${to.row} ${to.column}"]`)?.focus();
  };
  const begins = (i: number): boolean => {
    const [here, above] = [shown[i], shown[i - 1]].map((n) =>
      n === undefined ? undefined : lab.nodes[n]?.group,
    );
    return i > 0 && here !== above;
  };
  const onKey = (event: KeyboardEvent): void => {
    const { row, column } = cursor;
    const moves: Record<string, [number, number]> = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [row, 0],
      End: [row, shown.length - 1],
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move(...to);
  };
  return (
    <div class="matrix-scroll">
      <table
        class={`matrix ${shown.length > 12 ? "dense" : ""}`}
        role="grid"
        aria-label="Who reaches whom: rows send, columns receive"
        style={{ "--longest": Math.max(8, ...shown.map((i) => shortName(lab, i).length)) }}
        ref={table}
        onKeyDown={onKey}
        onMouseLeave={() => {
          setHover(undefined);
        }}
      >
        <thead>
          <tr>
            <th class="corner" scope="col">
              <span>from ↓ to →</span>
            </th>
            {shown.map((to, column) => (
              <th key={to} scope="col" class={hover?.column === column ? "lit" : ""}>
                <span title={titleOf(lab, to)}>{shortName(lab, to)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((from, row) => (
            <tr key={from} class={begins(row) ? "first" : ""}>
              <th scope="row" class={hover?.row === row ? "lit" : ""} title={titleOf(lab, from)}>
                {shortName(lab, from)}
              </th>
              {shown.map((to, column) => (
                <Cell
                  key={to}
                  {...props}
                  from={from}
                  to={to}
                  at={`${row} ${column}`}
                  first={begins(column)}
                  reachable={cursor.row === row && cursor.column === column}
                  onHover={() => {
                    setHover({ row, column });
                  }}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function titleOf(lab: LabPage, node: number): string {
  const more = moreLike(lab, node);
  return `${nameOf(lab, node)}${more === 0 ? "" : `, and ${count(more, "network")} alike`}`;
}

const clamp = (n: number, length: number): number => Math.min(Math.max(n, 0), length - 1);

function Cell({
  lab,
  state,
  changes,
  selected,
  onPair,
  from,
  to,
  at,
  first,
  reachable,
  onHover,
}: Props & {
  from: number;
  to: number;
  at: string;
  first: boolean;
  reachable: boolean;
  onHover: () => void;
}): preact.JSX.Element {
  const pair = from * lab.nodes.length + to;
  const status = statusOf(lab, state, from, to);
  const change = changes.opened.has(pair) ? "opened" : changes.closed.has(pair) ? "closed" : "";
  const itself = isItself(lab, from, to);
  const title = itself
    ? `${nameOf(lab, from)}: a pod always reaches itself`
    : pairTitle(lab, from, to, status, change);
  const changed = change === "" ? "" : `now-${change}`;
  const classes = [
    "cell",
    itself ? "none" : status.kind,
    changed,
    status.served ? "" : "idle",
    pair === selected ? "selected" : "",
  ];
  return (
    <td class={first ? "first" : ""}>
      <button
        type="button"
        class={classes.join(" ")}
        data-at={at}
        data-pair={pair}
        tabIndex={reachable ? 0 : -1}
        aria-label={title}
        title={title}
        aria-disabled={itself || status.kind === "none"}
        onMouseEnter={onHover}
        onClick={() => {
          if (!itself && status.kind !== "none") onPair(pair);
        }}
      />
    </td>
  );
}
