import { objectKey, objectTitle, type KubeObject } from "../../kube/objects";
import { templateEdits, type Edit } from "../../packages/reach/src";
import type { LabSelection, RequestClaim } from "../model";
import { isGatewayObject } from "../../routing/gateway/object-problems";
import { claimsOf } from "../prediction/claims";
import { answerRequest } from "../prediction/requests";
import type { Finding } from "./diagnose";

/** What leads requests: Ingresses, and all of the Gateway API. */
export const isRoute = (o: KubeObject): boolean => o.kind === "Ingress" || isGatewayObject(o);

/** Mistakes in routes: the change of one's own objects after which the claimed requests are answered as they must. */
export function diagnoseRoutes(
  selection: LabSelection,
  standing: readonly KubeObject[],
  mine: readonly KubeObject[],
  templates: readonly KubeObject[],
): Finding[] {
  const claims = claimsOf(selection).filter((c): c is RequestClaim => c.kind === "request");
  const holds = (objects: readonly KubeObject[]): boolean[] =>
    claims.map((c) => answerRequest(objects, selection.context, c).holds);
  const findings: Finding[] = [];
  let now = [...standing];
  let own = mine.filter(isRoute);
  const right = templates.filter(isRoute);
  const first = holds(now);
  for (let round = 0; round < 5; round++) {
    const was = holds(now);
    if (!was.includes(false)) break;
    const all = edits(own, right, now);
    // Where no single change will do, two.
    const best = [...all.map((e) => [e]), ...all.flatMap((a, i) => all.slice(i + 1).map((b) => [a, b]))]
      .map((tried) => {
        const is = holds(tried.reduce(made, now));
        const rights = is.filter((x, i) => x && was[i] === false).length;
        const breaks = is.filter((x, i) => !x && was[i] === true).length;
        const cost = tried.reduce((sum, e) => sum + e.cost, 0);
        return { tried, gain: rights - 1.5 * breaks - (tried.length - 1) * 0.9, cost };
      })
      .filter(({ gain }) => gain > 0)
      .sort((a, b) => b.gain - a.gain || a.cost - b.cost)[0];
    if (best === undefined) break;
    const alone = holds(best.tried.reduce(made, [...standing]));
    const net =
      alone.filter((x, i) => x && first[i] === false).length -
      alone.filter((x, i) => !x && first[i] === true).length;
    const title = (e: Edit): string => objectTitle((e.before ?? e.after) as KubeObject);
    const [edit, ...more] = best.tried as [Edit, ...Edit[]];
    findings.push({
      cause: edit.cause,
      object: title(edit),
      message: [
        `${edit.what}: ${edit.todo}`,
        ...more.map((e) => `and ${title(e)}: ${e.what}: ${e.todo}`),
      ].join("; "),
      rights: claims.slice(0, Math.max(0, net)).map((c) => `${c.host}${c.path}`),
      edits: best.tried,
    });
    now = best.tried.reduce(made, now);
    own = best.tried.reduce(made, own);
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
      what: "it answers more than is asked for",
      todo: `take ${objectTitle(o)} away`,
      cost: right.some((t) => objectKey(t) === objectKey(o)) ? 6 : 2.5,
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

function made(objects: KubeObject[], { before, after }: Edit): KubeObject[] {
  const gone = before === undefined ? undefined : objectKey(before);
  return [...objects.filter((o) => objectKey(o) !== gone), ...(after === undefined ? [] : [after])];
}
