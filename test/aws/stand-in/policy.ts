import { meet, type Action, type ActionReference } from "./actions";

interface Statement {
  Sid?: string;
  Effect?: unknown;
  Action?: string | string[];
  Resource?: string | string[];
  Principal?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

const MEMBERS = ["Sid", "Effect", "Action", "Resource", "Principal", "Condition"];
/** IAM's operators, with the prefixes that they may carry. */
const OPERATORS =
  /^((ForAllValues|ForAnyValue):)?(String(Not)?(Equals|Like|EqualsIgnoreCase)|Arn(Not)?(Equals|Like)|Numeric\w+|Date\w+|Bool|IpAddress|NotIpAddress)(IfExists)?$|^Null$/;

/**
 * What is wrong with a policy document: its grammar, actions that AWS does not have, resources that an action does not
 * know, condition keys that are never there for it and so allow nothing.
 */
export function policyProblems(text: string, kind: "rights" | "trust", reference: ActionReference): string[] {
  const policy = JSON.parse(text) as { Version?: string; Statement?: Statement[] };
  const statements = policy.Statement ?? [];
  const problems: string[] = [];
  if (policy.Version !== "2012-10-17") problems.push("Version: must be 2012-10-17");
  if (statements.length === 0) problems.push("Statement: is missing");
  const sids = statements.flatMap((s) => s.Sid ?? []);
  for (const sid of sids) {
    if (!/^[A-Za-z0-9]+$/.test(sid)) problems.push(`Sid ${sid}: letters and digits only`);
    if (sids.indexOf(sid) !== sids.lastIndexOf(sid)) problems.push(`Sid ${sid}: is there twice`);
  }
  statements.forEach((statement, i) => {
    const at = statement.Sid ?? `Statement[${i}]`;
    problems.push(...statementProblems(statement, kind, reference).map((p) => `${at}: ${p}`));
  });
  if (kind === "rights") problems.push(...uncovered(statements, reference));
  return [...new Set(problems)];
}

function statementProblems(s: Statement, kind: "rights" | "trust", reference: ActionReference): string[] {
  const problems = Object.keys(s)
    .filter((m) => !MEMBERS.includes(m))
    .map((m) => `${m}: IAM knows no such member`);
  if (s.Effect !== "Allow" && s.Effect !== "Deny") problems.push("Effect: must be Allow or Deny");
  const actions = list(s.Action);
  if (actions.length === 0) problems.push("Action: is missing");
  problems.push(...(kind === "trust" ? trustProblems(s) : resourceProblems(s, reference)));
  for (const name of actions) {
    const action = reference.action(name);
    if (action === undefined) problems.push(`${name}: AWS has no such action`);
    else problems.push(...conditionProblems(s, name, action, kind));
  }
  return problems;
}

function trustProblems(s: Statement): string[] {
  const principal = s.Principal as Record<string, unknown> | undefined;
  if (s.Resource !== undefined) return ["Resource: has no place in a trust policy"];
  const [who, ...more] = Object.entries(principal ?? {});
  if (who === undefined || more.length > 0) return ["Principal: one kind is needed"];
  const form = {
    Service: /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$/,
    Federated: /^arn:aws[a-z-]*:iam::\d{12}:(oidc|saml)-provider\/.+$/,
  };
  const right = form[who[0] as keyof typeof form] as RegExp | undefined;
  return right?.test(String(who[1])) === true ? [] : [`Principal: ${JSON.stringify(principal)} is none`];
}

function resourceProblems(s: Statement, reference: ActionReference): string[] {
  const resources = list(s.Resource);
  if (resources.length === 0) return ["Resource: is missing"];
  const actions = list(s.Action).flatMap((name) => {
    const action = reference.action(name);
    return action === undefined ? [] : [{ name, action }];
  });
  const fits = (action: Action, arn: string): boolean =>
    arn === "*" || action.resources.some((r) => meet(r.arn, arn));
  return [
    ...actions
      .filter(({ action }) => !resources.some((arn) => fits(action, arn)))
      .map(({ name }) => `${name}: works on none of ${resources.join(", ")}`),
    ...resources
      .filter((arn) => actions.length > 0 && !actions.some(({ action }) => fits(action, arn)))
      .map((arn) => `${arn}: none of the actions works on it`),
  ];
}

function conditionProblems(s: Statement, name: string, action: Action, kind: "rights" | "trust"): string[] {
  return Object.entries(s.Condition ?? {}).flatMap(([operator, keys]) => [
    ...(OPERATORS.test(operator) ? [] : [`${operator}: IAM has no such operator`]),
    ...Object.keys(keys)
      .filter((key) => !ofService(key, s) && !known(key, action, list(s.Resource), kind))
      .map((key) => `${key}: is never there for ${name}, so nothing is allowed`),
  ]);
}

/** For whom a service acts: it says so itself, EC2 excepted (IAM guide, "AWS global condition context keys"). */
function ofService(key: string, { Principal }: Statement): boolean {
  const service = (Principal as { Service?: string } | undefined)?.Service;
  return service !== undefined && service !== "ec2.amazonaws.com" && /^aws:Source(Account|Arn)$/.test(key);
}

function known(key: string, action: Action, resources: readonly string[], kind: "rights" | "trust"): boolean {
  const of = action.resources.filter((r) => kind === "trust" || resources.some((arn) => meet(r.arn, arn)));
  const conditions = [...action.conditions, ...of.flatMap((r) => r.conditions)];
  if (conditions.includes(key) || conditions.includes(key.replace(/\/.*$/, "/${TagKey}"))) return true;
  // An OIDC provider's own keys, by its address (IAM guide, "Available keys for AWS OIDC federation").
  return kind === "trust" && /^[a-z0-9.-]+\.[a-z]+(\/[\w/-]+)?:(aud|sub)$/.test(key);
}

/** Resources that an action always needs and no statement gives: the call is then refused. */
function uncovered(statements: readonly Statement[], reference: ActionReference): string[] {
  const names = new Set(statements.filter((s) => s.Effect === "Allow").flatMap((s) => list(s.Action)));
  return [...names].flatMap((name) => {
    const given = statements.filter((s) => list(s.Action).includes(name)).flatMap((s) => list(s.Resource));
    return (reference.action(name)?.resources ?? [])
      .filter((r) => r.required && !given.some((arn) => meet(r.arn, arn)))
      .map((r) => `${name}: needs ${r.name} too`);
  });
}

const list = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];
