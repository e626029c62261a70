import { labAt, objectKey, type Expectation, type LabSelection, type LabState } from "../../labs/model";
import type { KubeObject } from "../../kube/objects";
import { API_SERVER, CORE_DNS, load, type SourceObject, type State } from "../../packages/reach/src";
import type { PageDocument } from "./page-data";

/** A lab at one step, ready to be asked. */
export interface StateAt {
  objects: readonly KubeObject[];
  state: State;
  expected: readonly Expectation[];
}

/** A set of objects in place of a step's own: what a learner has in a folder. */
export interface Own {
  /** The step whose aim they are to meet. */
  step: number;
  objects: readonly SourceObject[];
}

/** Every step of one lab as the evaluator reads it; steps are read once, however often they are asked for. */
export class LabStates {
  /** YAML of the lab's objects, by their content. */
  readonly documents = new Map<string, PageDocument>();
  private readonly plain: (LabState | undefined)[] = [];
  private loaded: StateAt[] | undefined;
  private split: { nets: string; steps: StateAt[] } | undefined;

  constructor(readonly selection: LabSelection) {}

  /** Objects and patches of the lab at a step. */
  at(step: number): LabState {
    return (this.plain[step] ??= labAt({ ...this.selection, step }));
  }

  expected(step: number): readonly Expectation[] {
    return this.selection.lab.steps[step]?.expect(this.selection.context) ?? [];
  }

  /**
   * All steps, and the learner's own state. The address space outside is split alike in all of them, so that they can
   * be compared. @throws ProblemsError where the learner's objects are wrong
   */
  all(own?: Own): { steps: StateAt[]; own?: StateAt } {
    const base = (this.loaded ??= this.selection.lab.steps.map((_, step) => this.base(step)));
    const mine = own === undefined ? undefined : this.load(own.objects);
    const nets = [
      ...new Set(
        [...base.map((s) => s.state), ...(mine === undefined ? [] : [mine])].flatMap((s) => s.namedNets),
      ),
    ];
    const steps = this.splitAt(base, nets);
    if (own === undefined || mine === undefined) return { steps };
    return {
      steps,
      own: {
        objects: own.objects.map((o) => o.object),
        state: mine.splitAt(nets),
        expected: this.expected(own.step),
      },
    };
  }

  private base(step: number): StateAt {
    const { objects, patches } = this.at(step);
    const state = this.load([...objects, ...patches].map((object) => ({ object })));
    return { objects, state, expected: this.expected(step) };
  }

  /** The same steps, with the outside split at these networks; kept until the networks change. */
  private splitAt(base: readonly StateAt[], nets: readonly string[]): StateAt[] {
    const key = [...nets].sort().join();
    if (this.split?.nets !== key)
      this.split = { nets: key, steps: base.map((s) => ({ ...s, state: s.state.splitAt(nets) })) };
    return this.split.steps;
  }

  private load(objects: readonly SourceObject[]): State {
    const { lab, context } = this.selection;
    const around = [...CORE_DNS, ...API_SERVER, ...(lab.surroundings?.(context) ?? [])];
    const all = new Map<string, SourceObject>();
    // What a lab or a learner says of such an object counts.
    for (const object of around) all.set(identity(object), { object });
    for (const source of objects) all.set(identity(source.object), source);
    return load([...all.values()], { podCidrs: context.facts.podCidrs, splitAt: this.named() });
  }

  /** Networks and addresses that any claim is about. */
  private named(): string[] {
    const ends = this.selection.lab.steps.flatMap((_, step) =>
      this.expected(step).flatMap((e) => (e.kind === "flow" ? [e.from, e.to] : [])),
    );
    return [...new Set(ends.filter((end) => /^[\da-f.:]+(\/\d+)?$/i.test(end) && /[.:]/.test(end)))];
  }
}

/** As a cluster tells objects apart: a Kubernetes and a Calico NetworkPolicy may share a name. */
export function identity(object: KubeObject): string {
  const group = object.apiVersion
    .split("/")
    .slice(0, -1)
    .join()
    .replace(/^crd\./, "");
  return `${group} ${objectKey(object)}`;
}
