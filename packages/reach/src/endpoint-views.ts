import type { Direction, Endpoint, Hook, Policy } from "./reach-model";
import type { Entities, TruthCode, Truths } from "./rules/entities";
import type { RuleList, RuleLists } from "./rules/rule-lists";

/** Everything that evaluation needs of one endpoint, computed once. */
export interface View {
  readonly endpoint: Endpoint;
  readonly truths: Truths;
  list(direction: Direction, hook: Hook): RuleList;
}

/** Views of endpoints, each made when it is first asked for. */
export class Views {
  private readonly made = new Map<Endpoint, View>();

  constructor(
    private readonly lists: RuleLists,
    private readonly entities: Entities,
  ) {}

  of(endpoint: Endpoint): View {
    let view = this.made.get(endpoint);
    if (view === undefined) {
      view = this.make(endpoint);
      this.made.set(endpoint, view);
    }
    return view;
  }

  private make(endpoint: Endpoint): View {
    const { lists } = this;
    const made = new Map<string, RuleList>();
    let selected: Map<Policy, TruthCode> | undefined;
    return {
      endpoint,
      truths: this.entities.truths(endpoint),
      list(direction, hook) {
        const key = `${direction} ${hook}`;
        let list = made.get(key);
        if (list === undefined) {
          selected ??= lists.select(endpoint);
          list = lists.list(endpoint, selected, direction, hook);
          made.set(key, list);
        }
        return list;
      },
    };
  }
}
