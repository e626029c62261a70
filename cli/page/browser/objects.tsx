import type { LabPage, PageDocument, PageState } from "../model";
import { documentChanges } from "../standing";
import { Yaml } from "./why";

const WORD = { new: "new", changed: "changed", kept: "" } as const;

/** The objects that stand at the step, what it brought first; each opens to its YAML. */
export function Objects({
  lab,
  state,
  before,
  yours,
}: {
  lab: LabPage;
  state: PageState;
  before: PageState | undefined;
  yours: boolean;
}): preact.JSX.Element {
  const { standing, removed } = documentChanges(lab, before, state);
  if (standing.length === 0 && removed.length === 0) return <></>;
  const order = [...standing].sort((a, b) => Number(a.change === "kept") - Number(b.change === "kept"));
  return (
    <section class="card objects" aria-label="Policies and routes">
      <h3>{yours ? "Your policies" : "Policies and routes at this step"}</h3>
      <ul>
        {removed.map((i) => (
          <li key={`gone ${i}`} class="removed">
            <s>{titleOf(lab.documents[i])}</s> <span class="tag closed">removed</span>
          </li>
        ))}
        {order.map(({ index, change }) => {
          const document = lab.documents[index];
          if (document === undefined) return null;
          return (
            <li key={index}>
              <details>
                <summary>
                  {titleOf(document)}
                  {WORD[change] !== "" && <span class="tag">{WORD[change]}</span>}
                </summary>
                <Yaml document={document} />
              </details>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const titleOf = (d: PageDocument | undefined): preact.JSX.Element => (
  <>
    <span class="kind">{d?.kind}</span> <span class="mono">{d?.policy}</span>
  </>
);
