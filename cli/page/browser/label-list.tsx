import type { LabPage, PageState } from "../page-data";

/** What selectors can find, for who writes one; folded away until somebody asks. */
export function Labels({ lab, state }: { lab: LabPage; state: PageState }): preact.JSX.Element {
  const rows = lab.labels[state.labels] ?? [];
  if (rows.length === 0) return <></>;
  return (
    <details class="card labels">
      <summary>
        <h3>Labels: what selectors can find</h3>
      </summary>
      <div class="table-scroll">
        <table>
          <tbody>
            {rows.map((r) => (
              <tr key={`${r.kind} ${r.name}`}>
                <td class="muted">{r.kind}</td>
                <td class="mono">{r.name}</td>
                <td class="mono">
                  {Object.entries(r.labels)
                    .map(([k, v]) => `${k}=${v}`)
                    .join("  ") || <span class="muted">none</span>}
                  {r.account !== undefined && <span class="muted">{`  account ${r.account}`}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
