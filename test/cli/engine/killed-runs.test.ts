import fc from "fast-check";
import { recover, runRecoverably, type Recovered } from "../../../cli/engine/recovery";
import { stackGraph, type Graph } from "../../support/graph";
import { Killed, PlayedEngine, type Kill } from "../../support/killed-runs/played-engine";
import { OutsideWorld } from "../../support/killed-runs/world";

const labs = { stars: { step: 3 }, yaobank: { step: 2 } };
const TARGETS: Readonly<Record<string, Record<string, unknown>>> = {
  existing: {
    target: "existing",
    existing: { context: "mine", podCidrs: ["10.244.0.0/16"] },
    labs,
    ingress: { install: true },
  },
  kind: { labs, kind: { network: {} }, ingress: { install: true } },
  eks: {
    target: "eks",
    labs: { stars: { step: 3 } },
    owner: "ada",
    ingress: { install: true },
    eks: { cni: "aws-custom", endpoint: { publicCidrs: ["203.0.113.7/32"] } },
  },
};

/** A stack, and the world around it. */
class Site {
  readonly world: OutsideWorld;
  readonly engine: PlayedEngine;
  readonly said: string[] = [];
  private readonly cluster: string | undefined;

  constructor(graph: Graph, target: string) {
    const kinds = graph
      .objects()
      .map((o) => [`${o.apiVersion} ${o.kind}`, o.metadata.namespace !== undefined] as const);
    this.world = new OutsideWorld("test", new Map(kinds));
    this.engine = new PlayedEngine(graph, this.world);
    this.cluster = target === "kind" ? "labs-test" : undefined;
  }

  /** `npm run up`, which may be killed: the process with the engine. */
  async up(kill?: Kill): Promise<Recovered | undefined> {
    const run = {
      session: this.engine.session(),
      stack: "test",
      cluster: this.cluster,
      lostCluster: "replace",
      say: (line: string) => void this.said.push(line),
      kill: (kill === undefined ? new AbortController() : { signal: AbortSignal.abort() }).signal,
    } as const;
    try {
      return await runRecoverably(run, () =>
        Promise.resolve().then(() => {
          this.engine.up(kill);
        }),
      );
    } catch (error) {
      if (error instanceof Killed) return undefined;
      throw error;
    }
  }

  async destroy(): Promise<void> {
    await recover({ session: this.engine.session(), stack: "test", cluster: this.cluster });
    this.engine.destroy();
  }
}

const MADE: Readonly<Record<string, Kill["made"]>> = {
  "nothing of it": () => false,
  "all of it": () => true,
  "every other": (i) => i % 2 === 0,
};

describe.each(Object.keys(TARGETS))("a run that was killed on %s", (target) => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await stackGraph(TARGETS[target] ?? {}, { preview: false });
  });

  test.each(Object.keys(MADE))(
    "is finished by the next, killed at any point, with what was under way: %s",
    async (which) => {
      const made = MADE[which] ?? (() => false);
      const whole = new Site(graph, target);
      await whole.up();
      const all = whole.world.made().length;
      expect(all).toBeGreaterThan(20);
      for (let after = 0; after < whole.engine.size; after++) {
        const site = new Site(graph, target);
        await site.up({ after, inFlight: 6, made });
        const recovered = await site.up();
        expect([after, recovered?.unclear, recovered?.foreign]).toEqual([after, [], []]);
        expect([after, site.world.made().length]).toEqual([after, all]);
        // Nothing is left of the first run that the state does not know.
        await site.destroy();
        expect([after, site.world.made()]).toEqual([after, []]);
      }
    },
  );

  test("is taken away whole by a destroy that follows at once", async () => {
    for (let after = 0; after < new Site(graph, target).engine.size; after += 3) {
      const site = new Site(graph, target);
      await site.up({ after, inFlight: 6, made: MADE["every other"] ?? (() => true) });
      await site.destroy();
      expect([after, site.world.made()]).toEqual([after, []]);
    }
  });

  test("is finished also when the runs that follow are killed", async () => {
    const size = new Site(graph, target).engine.size;
    const kill = fc.record({
      after: fc.nat(size - 1),
      inFlight: fc.integer({ min: 1, max: 10 }),
      pattern: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(kill, { minLength: 1, maxLength: 4 }), async (kills) => {
        const site = new Site(graph, target);
        for (const { after, inFlight, pattern } of kills)
          await site.up({ after, inFlight, made: (i) => pattern[i % pattern.length] === true });
        await site.up();
        await site.destroy();
        expect(site.world.made()).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
