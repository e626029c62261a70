import { labs } from "../../labs/index";
import type { Lab, LabSelection, RequestClaim } from "../../labs/model";
import { claimsOf } from "../../labs/prediction/claims";
import { ProblemsError } from "../../kube/problems";
import { planStack, PROJECT } from "../../stacks/stack-plan";

const EKS = {
  target: "eks",
  eks: { cni: "aws", endpoint: { publicCidrs: ["203.0.113.7/32"] }, nodeGroups: { workers: { min: 4 } } },
};
const ALB = {
  ...EKS,
  ingress: {
    controller: "alb",
    certificateArns: ["arn:aws:acm:us-west-2:123456789012:certificate/x"],
  },
};

/** Who may serve routes, as the page's columns. */
const controllers = [
  { title: "ingress-nginx", config: { ingress: { controller: "ingress-nginx" } } },
  { title: "a Gateway", config: { ingress: { controller: "gateway" } } },
  { title: "both", config: { ingress: { controller: "both" } } },
  { title: "an ALB", config: ALB },
] as const;

/** The lab as the planner takes it behind a controller; why not, where it does not. */
function behind(lab: Lab, config: object): LabSelection | string {
  const text = (v: unknown): string => (typeof v === "string" ? v : JSON.stringify(v));
  const all = Object.entries({ ...config, labs: { [lab.id]: { step: 0 } } });
  try {
    const plan = planStack("table", Object.fromEntries(all.map(([k, v]) => [`${PROJECT}:${k}`, text(v)])));
    return plan.labs[0] ?? "it is not planned";
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return error.problems
      .map((p) => p.message.replace(`this cluster cannot carry ${lab.id}: `, ""))
      .join("; ");
  }
}

const asked = (c: RequestClaim): string =>
  JSON.stringify([c.scheme, c.host, c.path, c.headers ?? {}, c.cookies ?? {}, c.gateway ?? ""]);

/** Requests of a step that a Gateway answers otherwise, as a lab itself claims it. */
function otherwise(nginx: LabSelection, gateway: LabSelection): string[] {
  return nginx.lab.steps.flatMap(({ id }, step) => {
    const requests = (s: LabSelection) =>
      claimsOf({ ...s, step }).filter((c): c is RequestClaim => c.kind === "request");
    const others = new Map(requests(gateway).map((c) => [asked(c), c]));
    return requests(nginx).flatMap((c) => {
      const other = others.get(asked(c));
      if (other === undefined) return [];
      const said = ({ status, backends, seen }: RequestClaim) => JSON.stringify([status, backends, seen]);
      return said(c) === said(other) ? [] : [`step \`${id}\`, \`${c.path}\`: ${other.reason}`];
    });
  });
}

/** Which controller carries which lab with routes, and what is otherwise there. */
export function controllerSection(): string[] {
  const routed = labs.filter((lab) => lab.needs.ingress === true);
  const rows = routed.map((lab) => ({ lab, on: controllers.map((c) => behind(lab, c.config)) }));
  return [
    "## Behind which controller",
    "",
    "Labs with routes, by `ingress.controller` ([gateway.md](gateway.md), [ingress.md](ingress.md)); every step works where the lab does.",
    "",
    `| lab | ${controllers.map((c) => c.title).join(" | ")} |`,
    `|---|${controllers.map(() => "---|").join("")}`,
    ...rows.map(
      ({ lab, on }) =>
        `| \`${lab.id}\` | ${on.map((o) => (typeof o === "string" ? "–" : "yes")).join(" | ")} |`,
    ),
    "",
    ...rows.flatMap(({ lab, on }) =>
      on.flatMap((o, i) =>
        typeof o === "string"
          ? [`- \`${lab.id}\` behind ${controllers[i]?.title ?? ""}: ${o.replaceAll("*", "\\*")}.`]
          : [],
      ),
    ),
    ...rows.flatMap(({ lab, on: [nginx, gateway] }) =>
      nginx === undefined || gateway === undefined || typeof nginx === "string" || typeof gateway === "string"
        ? []
        : otherwise(nginx, gateway).map((text) => `- \`${lab.id}\` at a Gateway, ${text}.`),
    ),
    "",
  ];
}
