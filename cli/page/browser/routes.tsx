import type { LabPage, PageRequest, PageState } from "../page-data";

/** The routes at this step: which path leads where, and which share each release gets. */
export function RoutesView({ lab, state }: { lab: LabPage; state: PageState }): preact.JSX.Element {
  const { routes, requests } = state;
  if (routes.length === 0 && requests.length === 0) return <></>;
  const series = seriesOf(lab);
  return (
    <section class="card routes" aria-label="Routes">
      <h3>Routes</h3>
      <div class="table-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Address</th>
              <th scope="col">Match</th>
              <th scope="col">Leads to</th>
              <th scope="col">Canary</th>
            </tr>
          </thead>
          <tbody>
            {routes.map((r) => (
              <tr key={r.url + r.type}>
                <td class="mono">{r.url}</td>
                <td>{r.type}</td>
                <td class="mono">
                  {r.to}
                  {r.rewrite !== undefined && <div class="muted">{`as ${r.rewrite}`}</div>}
                </td>
                <td>
                  {r.canary === undefined ? (
                    <span class="muted">none</span>
                  ) : (
                    <>
                      <span class="mono">{r.canary.to}</span>
                      <div class="muted">{r.canary.rule}</div>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {requests.length > 0 && <h4>Who answers</h4>}
      <ul class="requests">
        {requests.map((r) => (
          <Request key={r.url + r.sends.join()} request={r} series={series} />
        ))}
      </ul>
    </section>
  );
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
const bare = (backend: string): string => backend.split("/").at(-1) ?? backend;

function Request({
  request: r,
  series,
}: {
  request: PageRequest;
  series: ReadonlyMap<string, number>;
}): preact.JSX.Element {
  return (
    <li>
      <div class="request">
        <span class="mono">{r.url}</span>
        {r.sends.map((s) => (
          <span key={s} class="tag">
            {s}
          </span>
        ))}
      </div>
      {r.answer === undefined ? (
        <Shares shares={r.shares} series={series} />
      ) : (
        <p class="answer mono">{r.answer}</p>
      )}
      <p class="muted">{r.reason}</p>
    </li>
  );
}

/** One Service by its name; several as a bar, with their names below it: a share of 5 % has no room for one. */
function Shares({
  shares,
  series,
}: {
  shares: PageRequest["shares"];
  series: ReadonlyMap<string, number>;
}): preact.JSX.Element {
  const colour = (backend: string): string => `s${series.get(backend) ?? 0}`;
  const names = (
    <p class="share-names">
      {shares.map((s) => (
        <span key={s.backend} title={s.backend}>
          <span class={`swatch ${colour(s.backend)}`} aria-hidden="true" />
          {`${bare(s.backend)} ${percent(s.share)}`}
        </span>
      ))}
    </p>
  );
  if (shares.length === 1) return names;
  return (
    <>
      <div
        class="shares"
        role="img"
        aria-label={shares.map((s) => `${s.backend} ${percent(s.share)}`).join(", ")}
      >
        {shares.map((s) => (
          <span
            key={s.backend}
            class={`share ${colour(s.backend)}`}
            style={{ flexGrow: Math.round(s.share * 1000) }}
            title={`${s.backend} ${percent(s.share)}`}
          />
        ))}
      </div>
      {names}
    </>
  );
}

/** The same Service has the same colour in every bar of the lab. */
function seriesOf(lab: LabPage): Map<string, number> {
  const backends = lab.steps.flatMap((s) => s.requests.flatMap((r) => r.shares.map((x) => x.backend)));
  return new Map([...new Set(backends)].sort().map((b, i) => [b, i % 4]));
}
