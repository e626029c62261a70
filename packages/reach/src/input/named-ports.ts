import type { EntityMatch, Rule } from "../reach-model";

/** IsValidPortName of k8s.io/apimachinery, by which libcalico-go/lib/validator/v3 goes too. */
export const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;

/**
 * A name stands for ports of endpoints that the rule's selector finds by their own labels; a network set that holds
 * their addresses does not help, while it does for numbers (felix/calc/rule_scanner.go, ruleToParsedRule). So a rule
 * with both a selector and names is one for the numbers and one for the names, at the same place.
 */
export function splitAtNames(rule: Rule): Rule[] {
  return sides(rule.source).flatMap((source) =>
    sides(rule.destination).map((destination) => ({ ...rule, source, destination })),
  );
}

function sides(entity: EntityMatch): EntityMatch[] {
  const { anyOf, ports } = entity;
  if (ports === undefined || ports.names.length === 0) return [entity];
  if (anyOf?.some(({ selector }) => selector !== undefined) !== true) return [entity];
  const named: EntityMatch = {
    ...entity,
    anyOf: anyOf.map((match) => ({ ...match, ownLabels: true })),
    ports: { numbers: [], names: ports.names },
  };
  const numbered: EntityMatch = { ...entity, ports: { ...ports, names: [] } };
  return ports.numbers.length === 0 && ports.unknown !== true ? [named] : [numbered, named];
}
