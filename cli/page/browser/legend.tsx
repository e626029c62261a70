/** What lines and cells mean: each by shape and by colour. */
export function Legend({ unknown }: { unknown: boolean }): preact.JSX.Element {
  return (
    <ul class="legend" aria-label="Legend">
      <Item line="open" marker="open" cell="open" text="open" />
      <Item line="closed" marker="closed" cell="closed" text="closed" />
      <Item line="open now-opened" marker="opened" cell="open now-opened" text="opened by this step" />
      <Item
        line="closed now-closed"
        marker="closed-now"
        cell="closed now-closed"
        text="closed by this step"
      />
      <Item cell="mixed" text="some ports" />
      <Item cell="open idle" text="open, nothing listens" />
      {unknown && <Item line="unknown" marker="unknown" cell="unknown" text="not known before deployment" />}
    </ul>
  );
}

function Item({
  line,
  marker,
  cell,
  text,
}: {
  line?: string;
  marker?: string;
  cell: string;
  text: string;
}): preact.JSX.Element {
  return (
    <li>
      {line !== undefined && (
        <svg class="graph" width="34" height="12" viewBox="0 0 34 12" aria-hidden="true">
          <g class={`edge ${line}`}>
            <path class="line" d="M1,6 L31,6" marker-end={`url(#m-${marker ?? ""})`} />
          </g>
        </svg>
      )}
      <span class={`cell ${cell}`} aria-hidden="true" />
      {text}
    </li>
  );
}
