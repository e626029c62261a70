import type { LabPage, PageClaim, PageRequest, PageState } from "../model";
import { NOTHING_ASKED, type Asked } from "./place";

/** What must hold at the step, and whether it does; a click asks for that flow. */
export function Claims({
  state,
  onAsk,
  title,
}: {
  lab: LabPage;
  state: PageState;
  onAsk: (asked: Asked) => void;
  title: string;
}): preact.JSX.Element {
  const { claims, requests } = state;
  const unmet = [...claims, ...requests].filter((c) => !c.holds).length;
  const total = claims.length + requests.length;
  if (total === 0) return <></>;
  const sorted = [...claims].sort((a, b) => Number(a.holds) - Number(b.holds));
  return (
    <section class="card claims" aria-label={title}>
      <h3>
        {title}
        <span class={`score ${unmet === 0 ? "met" : "unmet"}`}>{`${total - unmet} of ${total}`}</span>
      </h3>
      <ul>
        {requests
          .filter((r) => !r.holds)
          .map((r) => (
            <RequestRow key={r.url + r.sends.join()} request={r} />
          ))}
        {sorted.map((c) => (
          <ClaimRow
            key={`${c.from} ${c.to} ${c.protocol} ${c.port}`}
            claim={c}
            onAsk={() => {
              onAsk({ ...NOTHING_ASKED, from: c.from, to: c.to, port: String(c.port), protocol: c.protocol });
            }}
          />
        ))}
        {requests
          .filter((r) => r.holds)
          .map((r) => (
            <RequestRow key={r.url + r.sends.join()} request={r} />
          ))}
      </ul>
    </section>
  );
}

function ClaimRow({ claim, onAsk }: { claim: PageClaim; onAsk: () => void }): preact.JSX.Element {
  const { from, to, port, protocol, claimed, holds, reason, instead } = claim;
  const must = claimed === "allow" ? "open" : "closed";
  return (
    <li class={holds ? "holds" : "fails"}>
      <button type="button" onClick={onAsk}>
        <span class="check" aria-label={holds ? "holds" : "does not hold"} />
        <span class="what">
          {`${from} → ${to} `}
          <span class="port">{protocol === "TCP" ? port : `${port}/${protocol}`}</span>
          <span class={`must ${claimed}`}>{holds ? must : `must be ${must}`}</span>
        </span>
        <span class="because">{holds ? reason : `${reason}. Now: ${instead ?? ""}`}</span>
      </button>
    </li>
  );
}

function RequestRow({ request }: { request: PageRequest }): preact.JSX.Element {
  const { url, sends, holds, reason, instead } = request;
  return (
    <li class={holds ? "holds" : "fails"}>
      <div>
        <span class="check" aria-label={holds ? "holds" : "does not hold"} />
        <span class="what">
          {url}
          {sends.length > 0 && <span class="port">{sends.join(", ")}</span>}
        </span>
        <span class="because">{holds ? reason : `${reason}. Now: ${instead ?? ""}`}</span>
      </div>
    </li>
  );
}
