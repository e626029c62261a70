import { isDeepStrictEqual } from "node:util";
import { objectKey, type KubeObject } from "../../kube/objects";
import { labAt } from "../../labs/model";
import { registeredObjects, type RegisteredObject } from "../../stacks/offline/registered-objects";
import { runOffline } from "../../stacks/offline/run-offline";
import { stack as program } from "../../stacks/program";
import { planStack, type StackPlan } from "../../stacks/stack-plan";
import { longest, stackWith, stepsAt, together, type StackConfig } from "../support/lab-stacks";
import { ambient } from "../support/apiserver/ambient";
import { Moves } from "../support/apiserver/moves";
import { removeAll } from "../support/apiserver/stand-ins";
import { running } from "../support/apiserver/running";
import { comparable, since, standing, type Standing } from "../support/apiserver/standing";

/** What a stack registers and what its labs say, at each step. */
async function registered({
  stack,
  raw,
}: StackConfig): Promise<{ plan: StackPlan; objects: RegisteredObject[] }> {
  const run = await runOffline({ stack, raw, preview: false }, () => program({ stack, raw, offline: true }));
  return { plan: planStack(stack, raw), objects: registeredObjects(run.resources, "unmasked") };
}

const keys = (objects: Iterable<string>): string[] => [...objects].sort();

describe.each(running().map((r) => [r.set.kubernetes, r] as const))(
  "Kubernetes %s",
  (kubernetes, { client }) => {
    test.each(together.map((ids) => [ids.join(", "), ids] as const))(
      "each step is taken without error or warning, forward and back, and leaves just what it says: %s",
      async (_title, ids) => {
        const states = [];
        for (let step = 0; step <= longest(ids); step++)
          states.push(await registered(stackWith(stepsAt(ids, step), { kubernetes })));
        const kinds = await client.kindsOf(states.flatMap((x) => x.objects.map((o) => o.object)));
        const empty = await standing(client);
        const moves = new Moves(client);
        const complaints: string[] = [];
        try {
          await ambient(client);
          const before = await standing(client);
          const seen: unknown[] = [];
          const forward = states.map((_, i) => i);
          // There by steps, back by steps, then in one go: as catch-up does.
          for (const step of [...forward, ...[...forward].reverse(), states.length - 1]) {
            const { plan, objects } = states[step]!;
            const say = (line: string): void => void complaints.push(`step ${step}: ${line}`);
            (await moves.to(objects)).forEach(say);
            const made = since(before, await standing(client, kinds));
            const now = Object.fromEntries([...made].map(([key, o]) => [key, comparable(o)]));
            if (seen[step] === undefined) (await differences(made, plan, objects, moves)).forEach(say);
            seen[step] ??= now;
            expect(now).toEqual(seen[step]);
          }
          (await moves.to([])).forEach((c) => complaints.push(`destroy: ${c}`));
          expect(complaints).toEqual([]);
          const after = await standing(client);
          expect(keys(after.keys())).toEqual(keys(before.keys()));
          // Patches were given back.
          const changed = [...before].filter(([key, o]) => !same(o, after.get(key))).map(([key]) => key);
          expect(changed).toEqual([]);
        } finally {
          await removeAll(client, since(empty, await standing(client)));
        }
      },
    );
  },
);

const same = (a: KubeObject, b: KubeObject | undefined): boolean =>
  b !== undefined && isDeepStrictEqual(comparable(a), comparable(b));

/** Where what stands is not what is registered, and what the labs say at their steps. */
async function differences(
  made: Standing,
  plan: StackPlan,
  objects: readonly RegisteredObject[],
  moves: Moves,
): Promise<string[]> {
  const wanted = objects.filter((o) => !o.patch);
  const names = new Set(wanted.map((o) => objectKey(o.object)));
  const labs = plan.labs.map(labAt);
  const told = [
    ...[...made.keys()].filter((k) => !names.has(k)).map((k) => `${k} stands, and nothing registers it`),
    ...[...names].filter((k) => !made.has(k)).map((k) => `${k} is registered, and does not stand`),
    ...labs
      .flatMap((l) => l.objects.map(objectKey))
      .filter((k) => !names.has(k))
      .map((k) => `${k} is of a lab, and not registered`),
    ...labs
      .flatMap((l) => l.patches.map(objectKey))
      .filter((k) => !objects.some((o) => o.patch && objectKey(o.object) === k))
      .map((k) => `${k} is patched by a lab, and not registered`),
  ];
  for (const o of wanted) {
    const stands = made.get(objectKey(o.object));
    if (stands !== undefined && !same(stands, await moves.again(o)))
      told.push(`${objectKey(o.object)} does not stand as registered`);
  }
  return told;
}
