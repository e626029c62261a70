import { dump } from "js-yaml";
import pc from "picocolors";
import { objectKey, objectTitle, type KubeObject } from "../../../../kube/objects";
import type { FlowFix } from "../fix/flow-fix";
import type { Change } from "../state-diff";
import type { State } from "../reach-state";

/** So many other changes are listed. */
const SHOWN = 10;

/** A fix in words, as YAML, and with everything that it changes. */
export function fixText(state: State, fix: FlowFix): string {
  const lines = fix.edits.flatMap(({ before, after, what, todo }) => {
    const object = (before ?? after) as KubeObject;
    const origin = state.objects.find((o) => objectKey(o.object) === objectKey(object))?.origin;
    return [
      `  ${pc.bold(objectTitle(object))}${origin === undefined ? "" : pc.dim(` (${origin})`)}: ${what}`,
      `  ${pc.cyan(todo)}`,
      ...(after === undefined
        ? []
        : dump(after, { lineWidth: -1, noRefs: true })
            .trimEnd()
            .split("\n")
            .map((l) => `    ${l}`)),
    ];
  });
  const { added, removed, changed } = fix.difference;
  const own = [...added, ...removed, ...changed].filter((c) => !fix.beside.includes(c));
  return [
    pc.bold(fix.opens ? "To open it" : "To close it"),
    ...lines,
    pc.bold("What this changes"),
    ...own.map((c) => `  ${changeText(c)}`),
    fix.beside.length === 0
      ? pc.green("  nothing else changes, of all pairs on every port and protocol")
      : pc.yellow(
          `  beside it ${fix.beside.length === 1 ? "one answer changes" : `${fix.beside.length} answers change`} too:`,
        ),
    ...fix.beside.slice(0, SHOWN).map((c) => `  ${changeText(c)}`),
    ...(fix.beside.length > SHOWN ? [`  and ${fix.beside.length - SHOWN} more`] : []),
    "",
  ].join("\n");
}

const changeText = ({ from, to, protocol, opened, closed }: Change): string =>
  `${from} → ${to} ${protocol}${opened === "" ? "" : ` opens ${opened}`}${closed === "" ? "" : ` closes ${closed}`}`;

/** The same for machines (reach.schema.json). */
export function fixJson({ edits, opens, difference, beside }: FlowFix): object {
  return {
    opens,
    edits: edits.map(({ before, after, what, todo }) => ({
      object: objectTitle((before ?? after) as KubeObject),
      what,
      todo,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    })),
    alone: beside.length === 0,
    changes: difference,
  };
}
