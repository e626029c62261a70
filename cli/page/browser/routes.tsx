import type { PageRequest, PageState } from "../model";

/** The way in at this step: which path leads where, and which share each release gets. */
export function Routes({ state }: { state: PageState }): preact.JSX.Element {
  const { routes, requests } = state;
  if (routes.length === 0 && requests.length === 0) return <></>;
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
          <Request key={r.url + r.sends.join()} request={r} />
        ))}
      </ul>
    </section>
  );
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
const bare = (backend: string): string => backend.split("/").at(-1) ?? backend;

function Request({ request: r }: { request: PageRequest }): preact.JSX.Element {
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
        <div
          class="shares"
          role="img"
          aria-label={r.shares.map((s) => `${s.backend} ${percent(s.share)}`).join(", ")}
        >
          {r.shares.map((s) => (
            <span
              key={s.backend}
              class={`share s${seriesOf(s.backend)}`}
              style={{ flexGrow: Math.round(s.share * 1000) }}
              title={`${s.backend} ${percent(s.share)}`}
            >
              <span>{`${bare(s.backend)} ${percent(s.share)}`}</span>
            </span>
          ))}
        </div>
      ) : (
        <p class="answer mono">{r.answer}</p>
      )}
      <p class="muted">{r.reason}</p>
    </li>
  );
}

/** The same Service has the same pattern in every bar. */
function seriesOf(backend: string): number {
  let sum = 0;
  for (const c of backend) sum = (sum * 31 + c.charCodeAt(0)) % 4;
  return sum;
}
