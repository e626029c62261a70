import type { PageHop } from "../page-data";

/** The way of a packet, folded: place by place, with what sends it on. */
export function Walk({
  family,
  hops,
}: {
  family?: string | undefined;
  hops: readonly PageHop[];
}): preact.JSX.Element {
  return (
    <details class="walk">
      <summary>{`The way of this packet${family === undefined ? "" : `, ${family}`}`}</summary>
      <ol>
        {hops.map(({ at, does, by, verdict, unknown }, i) => (
          <li key={i} class={verdict ?? ""}>
            <b>{at}</b>
            {`: ${does}`}
            {verdict !== undefined && <b class="word">{`: ${WORD[verdict]}`}</b>}
            <span class="by">{by}</span>
            {unknown !== undefined && <span class="by open">{`Not known: ${unknown}`}</span>}
          </li>
        ))}
      </ol>
    </details>
  );
}

const WORD = { allow: "allowed", deny: "denied", unknown: "not known" } as const;
