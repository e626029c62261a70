import { objectKey, objectTitle, type KubeObject } from "../../kube/objects";
import { templateEdits, type Edit } from "../../packages/reach/src";
import type { LabSelection, RequestClaim } from "../model";
import { claimsOf } from "../prediction/claims";
import { answerRequest } from "../prediction/requests";
import type { Finding } from "./diagnose";

/** Mistakes in routes: the change of one's own Ingress objects after which the claimed requests are answered as they must. */
export function diagnoseRoutes(
  selection: LabSelection,
  all: readonly KubeObject[],
  mine: readonly KubeObject[],
  templates: readonly KubeObject[],
): Finding[] {
  const claims = claimsOf(selection).filter((c): c is RequestClaim => c.kind === "request");
  const holds = (objects: readonly KubeObject[]): boolean[] =>
    claims.map((c) => answerRequest(objects, selection.context, c).holds);
  const findings: Finding[] = [];
  let now = [...all];
  let own = mine.filter((o) => o.kind === "Ingress");
  const right = templates.filter((o) => o.kind === "Ingress");
  const first = holds(now);
  for (let round = 0; round < 5; round++) {
    const was = holds(now);
    if (!was.includes(false)) break;
    const best = edits(own, right, now)
      .map((edit) => {
        const is = holds(made(now, edit));
        const rights = is.filter((x, i) => x && was[i] === false).length;
        const breaks = is.filter((x, i) => !x && was[i] === true).length;
        return { edit, gain: rights - 1.5 * breaks };
      })
      .filter(({ gain }) => gain > 0)
      .sort((a, b) => b.gain - a.gain || a.edit.cost - b.edit.cost)[0];
    if (best === undefined) break;
    const { edit } = best;
    const alone = holds(made(all, edit));
    const net =
      alone.filter((x, i) => x && first[i] === false).length -
      alone.filter((x, i) => !x && first[i] === true).length;
    findings.push({
      cause: edit.cause,
      object: objectTitle((edit.before ?? edit.after) as KubeObject),
      message: `${edit.what}: ${edit.todo}`,
      rights: claims.slice(0, Math.max(0, net)).map((c) => `${c.host}${c.path}`),
      edits: [edit],
    });
    now = made(now, edit);
    own = made(own, edit);
  }
  return findings;
}

function edits(
  mine: readonly KubeObject[],
  right: readonly KubeObject[],
  all: readonly KubeObject[],
): Edit[] {
  const found = mine.flatMap((o): Edit[] => [
    ...templateEdits(o, right),
    {
      before: o,
      cause: "extra",
      what: "it answers what no step asks for",
      todo: `take ${objectTitle(o)} away`,
      cost: 6,
    },
  ]);
  const taken = new Set(all.map(objectKey));
  const missing = right
    .filter((t) => !taken.has(objectKey(t)))
    .map((after): Edit => ({
      after,
      cause: "missing",
      what: "it is missing, under whatever name",
      todo: `write an object such as ${objectTitle(after)}`,
      cost: 7,
    }));
  return [...found, ...missing];
}

function made(objects: readonly KubeObject[], { before, after }: Edit): KubeObject[] {
  const gone = before === undefined ? undefined : objectKey(before);
  return [...objects.filter((o) => objectKey(o) !== gone), ...(after === undefined ? [] : [after])];
}
