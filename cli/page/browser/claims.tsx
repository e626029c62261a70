import { useState } from "preact/hooks";
import type { PageClaim, PageRequest, PageState } from "../page-data";
import { NOTHING_ASKED, type AskedFlow } from "./page-place";

/** So many are shown at first: a step of eleven services claims a hundred. */
const FIRST = 16;
/** Remarks of a claim that does not hold: more would hide the next claim. */
const REMARKS = 2;

/** What must hold at the step, and whether it does, what does not hold first; a click asks for that flow. */
export function Claims({
  state,
  onAsk,
  title,
}: {
  state: PageState;
  onAsk: (asked: AskedFlow) => void;
  title: string;
}): preact.JSX.Element {
  const [all, setAll] = useState(false);
  const { claims, requests } = state;
  const total = claims.length + requests.length;
  if (total === 0) return <></>;
  const unmet = [...claims, ...requests].filter((c) => !c.holds).length;
  const rows = [
    ...requests.filter((r) => !r.holds),
    ...[...claims].sort((a, b) => Number(a.holds) - Number(b.holds)),
    ...requests.filter((r) => r.holds),
  ];
  // Whatever does not hold is shown, and a rest of two or three is no reason to hide it.
  const first = all || total <= FIRST + 4 ? total : Math.max(FIRST, unmet);
  return (
    <section class="card claims" aria-label={title}>
      <h3>
        {title}
        <span class={`score ${unmet === 0 ? "met" : "unmet"}`}>{`${total - unmet} of ${total}`}</span>
      </h3>
      <ul>
        {rows.map((row, i) => (
          <li key={keyOf(row)} class={`${row.holds ? "holds" : "fails"} ${i < first ? "" : "rest"}`}>
            {"verdict" in row ? <ClaimRow claim={row} onAsk={onAsk} /> : <RequestRow request={row} />}
          </li>
        ))}
      </ul>
      {total > FIRST + 4 && (
        <button
          type="button"
          class="all-claims"
          aria-expanded={all}
          onClick={() => {
            setAll(!all);
          }}
        >
          {all ? "Show fewer" : `Show all ${total}`}
        </button>
      )}
    </section>
  );
}

const keyOf = (row: PageClaim | PageRequest): string =>
  "verdict" in row
    ? (row.only ??
      `${row.from} ${row.to} ${row.protocol} ${row.port} ${row.http === undefined ? "" : `${row.http.method} ${row.http.path}`} ${row.staged ?? ""}`)
    : `${row.url} ${row.sends.join()}`;

function ClaimRow({
  claim,
  onAsk,
}: {
  claim: PageClaim;
  onAsk: (asked: AskedFlow) => void;
}): preact.JSX.Element {
  const {
    from,
    to,
    port,
    protocol,
    http,
    verdict,
    holds,
    reason,
    instead,
    remarks = [],
    only,
    staged,
  } = claim;
  const must = `${verdict === "allow" ? "open" : "closed"}${staged === true ? " once enforced" : ""}`;
  if (only !== undefined && holds) return <OnlyHolds only={only} reason={reason} />;
  return (
    <button
      type="button"
      onClick={() => {
        onAsk({ ...NOTHING_ASKED, from, to, port: String(port), protocol });
      }}
    >
      <Check holds={holds} />
      <span class="what">
        {only ?? `${from} → ${to} `}
        {only === undefined && (
          <>
            <span class="port">{protocol === "TCP" ? port : `${port}/${protocol}`}</span>
            {http !== undefined && <span class="port">{`${http.method} ${http.path}`}</span>}
            <span class={`must ${verdict}`}>{holds ? must : `must be ${must}`}</span>
          </>
        )}
      </span>
      <span class="because">{holds ? reason : `${reason}. Now: ${instead ?? ""}`}</span>
      {remarks.slice(0, REMARKS).map((remark) => (
        <span key={remark} class="because remark">{`${remark}.`}</span>
      ))}
    </button>
  );
}

/** No single flow to ask about: everything that is closed is meant. */
function OnlyHolds({ only, reason }: { only: string; reason: string }): preact.JSX.Element {
  return (
    <div>
      <Check holds />
      <span class="what">{only}</span>
      <span class="because">{reason}</span>
    </div>
  );
}

function RequestRow({ request }: { request: PageRequest }): preact.JSX.Element {
  const { url, sends, holds, reason, instead } = request;
  return (
    <div>
      <Check holds={holds} />
      <span class="what">
        {url}
        {sends.length > 0 && <span class="port">{sends.join(", ")}</span>}
      </span>
      <span class="because">{holds ? reason : `${reason}. Now: ${instead ?? ""}`}</span>
    </div>
  );
}

const Check = ({ holds }: { holds: boolean }): preact.JSX.Element => (
  <span class="check" role="img" aria-label={holds ? "holds" : "does not hold"} />
);
