import type { KubeObject } from "../../kube/objects";
import type { SourceObject, State } from "../../packages/reach/src";
import { answerContainer, type LabMachine } from "../machine";
import { labAt, machineAt, type Claim, type LabContext, type LabSelection, type LabState } from "../model";
import { alone, ambientOf } from "./ambient";
import { answerClaim, claimsOf, flowClaims } from "./claims";
import { OnlyClaims, type AnsweredOnly } from "./only-claims";
import { answerRequest } from "./requests";
import { labObjects, stateOf, type ClusterObjects } from "./state";

/** A lab at one step, ready to be asked. */
export interface StateAt {
  objects: readonly KubeObject[];
  state: State;
  claims: readonly Claim[];
  /** What Docker has beside the nodes. */
  machine: LabMachine;
  /** Whether nothing else is open than the step opens; only of a learner's own state. */
  only?: readonly AnsweredOnly[];
}

/** Whether a claim of any kind holds. */
export function claimHolds(
  { state, objects, machine }: Pick<StateAt, "state" | "objects" | "machine">,
  context: LabContext,
  claim: Claim,
): boolean {
  switch (claim.kind) {
    case "flow":
      return answerClaim(state, claim).holds;
    case "request":
      return answerRequest(objects, context, claim).holds;
    case "container":
      return answerContainer(machine, claim).holds;
  }
}

/** A set of objects in place of a step's own: what a learner has in a folder. */
export interface Own {
  /** The step whose aim they are to meet. */
  step: number;
  objects: readonly SourceObject[];
}

/** Every step of one lab, by itself on its cluster; steps are read once, however often they are asked for. */
export class LabStates {
  private readonly plain: (LabState | undefined)[] = [];
  private loaded: StateAt[] | undefined;
  private readonly only: (OnlyClaims | undefined)[] = [];
  private split: { nets: string; steps: StateAt[] } | undefined;

  constructor(readonly selection: LabSelection) {}

  /** Objects and patches of the lab at a step. */
  at(step: number): LabState {
    return (this.plain[step] ??= labAt({ ...this.selection, step }));
  }

  private selected(step: number): LabSelection {
    return { ...this.selection, step };
  }

  /**
   * All steps, and the learner's own state. The address space outside is split alike in all of them, so that they can
   * be compared. @throws ProblemsError where the learner's objects are wrong
   */
  all(own?: Own): { steps: StateAt[]; own?: StateAt } {
    const base = (this.loaded ??= this.selection.lab.steps.map((_, step) => this.base(step)));
    const mine = own === undefined ? undefined : this.load({ objects: own.objects });
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
        claims: claimsOf(this.selected(own.step)),
        machine: machineAt(this.selected(own.step)),
        only: this.onlyClaims(own.step).answer(mine.splitAt(nets)),
      },
    };
  }

  /** That nothing else is open than a step opens. A step of which nothing else tells whether it is done looks at later pods too. */
  onlyClaims(step: number): OnlyClaims {
    return (this.only[step] ??= this.makeOnly(step));
  }

  private makeOnly(step: number): OnlyClaims {
    const { steps } = this.all();
    const { context } = this.selection;
    const [before, at] = [steps[step - 1], steps[step]];
    if (at === undefined) throw new RangeError(`no step ${step}`);
    const plain = new OnlyClaims(at.state, context);
    if (before === undefined) return plain;
    const unseen =
      at.claims.every((c) => claimHolds(before, context, c)) &&
      plain.answer(before.state).every(({ holds }) => holds);
    return unseen ? new OnlyClaims(at.state, context, before.state) : plain;
  }

  private base(step: number): StateAt {
    const selection = this.selected(step);
    const state = this.load(labObjects([selection]));
    return {
      objects: this.at(step).objects,
      state,
      claims: claimsOf(selection),
      machine: machineAt(selection),
    };
  }

  /** The same steps, with the outside split at these networks; kept until the networks change. */
  private splitAt(base: readonly StateAt[], nets: readonly string[]): StateAt[] {
    const key = [...nets].sort().join();
    if (this.split?.nets !== key)
      this.split = { nets: key, steps: base.map((s) => ({ ...s, state: s.state.splitAt(nets) })) };
    return this.split.steps;
  }

  /** Split at the ends of every step's claims, so that all steps have the same parts. */
  private load(objects: ClusterObjects): State {
    const claims = this.selection.lab.steps.flatMap((_, step) => flowClaims(this.selected(step)));
    return stateOf(
      ambientOf(alone(this.selection)),
      objects,
      claims.flatMap(({ from, to }) => [from, to]),
    );
  }
}
