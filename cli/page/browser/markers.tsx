/** Open flows end in an arrow, closed ones at a bar: readable without colours. */
export function Markers(): preact.JSX.Element {
  const arrow = (id: string): preact.JSX.Element => (
    <marker
      id={`m-${id}`}
      class={`marker ${id}`}
      viewBox="0 0 10 10"
      refX="9"
      refY="5"
      markerUnits="userSpaceOnUse"
      markerWidth="11"
      markerHeight="11"
      orient="auto"
    >
      <path d="M0,0.8 L10,5 L0,9.2 L2.4,5 z" />
    </marker>
  );
  const bar = (id: string): preact.JSX.Element => (
    <marker
      id={`m-${id}`}
      class={`marker ${id}`}
      viewBox="0 0 6 12"
      refX="4"
      refY="6"
      markerUnits="userSpaceOnUse"
      markerWidth="6"
      markerHeight="12"
      orient="auto"
    >
      <path d="M1.5,0 h2.4 v12 h-2.4 z" />
    </marker>
  );
  return (
    <defs>
      {arrow("open")}
      {arrow("opened")}
      {arrow("unknown")}
      {bar("closed-now")}
      {bar("closed")}
    </defs>
  );
}
