import { canonical } from "../selector/selector-ast";
import { Selector, type SelectorNode, type Truth } from "../selector";
import type { Net } from "../../../../kube/ip";
import { inNets } from "../addresses";
import type { Endpoint, EndpointMatch, EntityMatch, NetworkSet } from "../reach-model";

/** The workloads behind a Service, and further addresses. */
interface Backing {
  readonly workloads: ReadonlySet<Endpoint>;
  readonly nets: readonly Net[];
}

/** Truth in one byte, for tables over all endpoints. */
export const FALSE = 0;
export const TRUE = 1;
export const MAYBE = 2;
export type TruthCode = typeof FALSE | typeof TRUE | typeof MAYBE;

export function code(truth: Truth): TruthCode {
  return truth === true ? TRUE : truth === false ? FALSE : MAYBE;
}

export function both(a: TruthCode, b: TruthCode): TruthCode {
  return a === FALSE || b === FALSE ? FALSE : a === TRUE && b === TRUE ? TRUE : MAYBE;
}

/** What an endpoint is to every entity of every rule. */
export type Truths = Uint8Array;

/**
 * All sources and destinations that rules name, each once: the many rules of a cluster name few. An entity is known
 * by its index; -1 is the one that every address matches.
 */
export class Entities {
  private readonly indexes = new Map<string, number>();
  private readonly entities: (readonly Compiled[])[] = [];
  private readonly setNets = new Map<string, readonly Net[]>();

  constructor(
    private readonly networkSets: readonly NetworkSet[],
    /** What stands behind a Service; undefined where that is not known. */
    private readonly backends: (service: string) => Backing | undefined,
  ) {}

  index({ anyOf }: EntityMatch): number {
    if (anyOf === undefined) return -1;
    const key = anyOf.map(matchKey).join(" | ");
    let index = this.indexes.get(key);
    if (index === undefined) {
      index = this.entities.length;
      this.indexes.set(key, index);
      this.entities.push(anyOf.map(compile));
    }
    return index;
  }

  /** Every network that any rule reaches, by itself or through a network set: the address space splits at them. */
  nets(): Net[] {
    const named = this.entities.flat().flatMap(({ match: m }) => [...(m.nets ?? []), ...(m.notNets ?? [])]);
    const services = this.entities.flat().flatMap(({ match }) => match.service ?? []);
    const behind = services.flatMap((service) => this.backends(service)?.nets ?? []);
    return [...named, ...behind, ...this.networkSets.flatMap((set) => set.nets)];
  }

  truths(endpoint: Endpoint): Truths {
    const result = new Uint8Array(this.entities.length);
    const memo = new Map<string, Truth>();
    for (const [i, anyOf] of this.entities.entries()) {
      let truth: TruthCode = FALSE;
      for (const match of anyOf) {
        const one = code(this.match(match, endpoint, memo));
        if (one === TRUE) {
          truth = TRUE;
          break;
        }
        if (one === MAYBE) truth = MAYBE;
      }
      result[i] = truth;
    }
    return result;
  }

  /** One criterion by itself. */
  truth(match: EndpointMatch, endpoint: Endpoint): Truth {
    return this.match(compile(match), endpoint, new Map());
  }

  /** The network sets by which a selector holds an endpoint's address. */
  setsHolding(node: SelectorNode, endpoint: Endpoint): NetworkSet[] {
    const selector = Selector.of(node);
    return this.networkSets.filter(
      (set) =>
        selector.evaluate((label) => set.labels.get(label)) === true &&
        inNets(endpoint.addresses, set.nets) === true,
    );
  }

  private match(
    { match, selector, notSelector }: Compiled,
    endpoint: Endpoint,
    memo: Map<string, Truth>,
  ): Truth {
    let maybe = match.unknown === true;
    const criteria = [
      () =>
        selector === undefined ||
        (match.ownLabels === true ? ownLabels(selector, endpoint) : this.selected(selector, endpoint, memo)),
      () => notSelector === undefined || negate(this.selected(notSelector, endpoint, memo)),
      () => netsTruth(match, endpoint),
      () => match.service === undefined || this.behind(match.service, endpoint),
    ];
    for (const criterion of criteria) {
      const truth = criterion();
      if (truth === false) return false;
      if (truth === "unknown") maybe = true;
    }
    return maybe ? "unknown" : true;
  }

  /** A selector stands for the addresses of the endpoints and network sets that it selects. */
  private selected({ selector, key }: KeyedSelector, endpoint: Endpoint, memo: Map<string, Truth>): Truth {
    const known = memo.get(key);
    if (known !== undefined) return known;
    let truth = ownLabels({ selector, key }, endpoint);
    if (truth !== true) {
      const nets = this.netsOf(selector, key);
      const member = nets.length > 0 && inNets(endpoint.addresses, nets);
      if (member !== false) truth = member === true ? true : "unknown";
    }
    memo.set(key, truth);
    return truth;
  }

  private netsOf(selector: Selector, key: string): readonly Net[] {
    let nets = this.setNets.get(key);
    if (nets === undefined) {
      nets = this.networkSets
        .filter((set) => selector.evaluate((label) => set.labels.get(label)) !== false)
        .flatMap((set) => set.nets);
      this.setNets.set(key, nets);
    }
    return nets;
  }

  private behind(service: string, endpoint: Endpoint): Truth {
    const backends = this.backends(service);
    // Pods of the input cannot back a Service that is not in the input; what lies outside might.
    if (backends === undefined) return endpoint.type === "workload" ? false : "unknown";
    return backends.workloads.has(endpoint) || inNets(endpoint.addresses, backends.nets);
  }
}

/** A match with what is asked of it for every endpoint made once. */
interface Compiled {
  readonly match: EndpointMatch;
  readonly selector: KeyedSelector | undefined;
  readonly notSelector: KeyedSelector | undefined;
}
interface KeyedSelector {
  readonly selector: Selector;
  readonly key: string;
}

function ownLabels({ selector }: KeyedSelector, endpoint: Endpoint): Truth {
  const labels = endpoint.unaddressed === true ? undefined : endpoint.selectable;
  return labels !== undefined && selector.evaluate((label) => labels.get(label));
}

function compile(match: EndpointMatch): Compiled {
  const keyed = (node: SelectorNode | undefined): KeyedSelector | undefined =>
    node === undefined ? undefined : { selector: Selector.of(node), key: canonical(node) };
  return { match, selector: keyed(match.selector), notSelector: keyed(match.notSelector) };
}

function netsTruth(match: EndpointMatch, endpoint: Endpoint): Truth {
  const { nets, notNets = [] } = match;
  if (match.strict === true) {
    const truth = inNets(endpoint.addresses, nets ?? [], notNets);
    return truth === "unknown" && endpoint.addresses.guessed === true ? false : truth;
  }
  const inside = nets === undefined || inNets(endpoint.addresses, nets);
  if (inside === false || notNets.length === 0) return inside;
  const outside = negate(inNets(endpoint.addresses, notNets));
  return inside === true ? outside : outside === false ? false : "unknown";
}

function negate(truth: Truth): Truth {
  return truth === "unknown" ? truth : !truth;
}

function matchKey(match: EndpointMatch): string {
  const nets = (list: readonly Net[] | undefined): string => (list ?? []).map((n) => n.text).join(",");
  return [
    match.selector === undefined ? "" : canonical(match.selector),
    match.notSelector === undefined ? "" : `not ${canonical(match.notSelector)}`,
    match.nets === undefined ? "" : `nets ${nets(match.nets)}`,
    match.notNets === undefined ? "" : `notNets ${nets(match.notNets)}`,
    match.service ?? "",
    `${match.strict === true} ${match.unknown === true} ${match.ownLabels === true}`,
  ].join(";");
}
