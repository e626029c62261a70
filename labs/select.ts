import type { ClusterFacts } from "../kube/cluster-facts";
import type { IngressSite } from "../routing/ingress-site";
import { stepList, stepNumber } from "../classroom/steps";
import { nearest } from "../kube/nearest";
import { ProblemsError, type Problem } from "../kube/problems";
import { withListeners } from "./gateway-listeners";
import { labs } from "./index";
import type { LabConfig } from "./lab-config";
import { labAt, type Lab, type LabSelection } from "./model";

/** Turns config into lab selections; tells every unknown lab, step or role, and every need that the cluster lacks. */
export function selectLabs(
  configs: Readonly<Record<string, LabConfig>>,
  facts: ClusterFacts,
  ingress?: IngressSite,
  gateway: IngressSite | undefined = ingress?.kind === "gateway" ? ingress : undefined,
): { selections: LabSelection[]; problems: Problem[]; notes: string[] } {
  const problems: Problem[] = [];
  const notes: string[] = [];
  const selections: LabSelection[] = [];
  for (const [instance, config] of Object.entries(configs)) {
    const id = config.lab ?? instance;
    const lab = labs.find((l) => l.id === id);
    if (lab === undefined) {
      const names = labs.map((l) => l.id);
      const near = nearest(id, names);
      problems.push({
        path: config.lab === undefined ? `labs.${instance}` : `labs.${instance}.lab`,
        value: id,
        message: "there is no such lab",
        fix: `${near === undefined ? "" : `did you mean ${near}? `}labs: ${names.join(", ")}`,
      });
      continue;
    }
    const step = stepOf(lab, config.step, `labs.${instance}.step`, problems);
    const namespaces = namespacesOf(lab, config, `labs.${instance}.namespaces`, problems);
    const context = {
      instance,
      namespaces,
      facts,
      ...(ingress === undefined ? {} : { ingress }),
      ...(gateway === undefined ? {} : { gateway }),
    };
    const selection = { instance, lab, step, context };
    const lacking = [
      ...lacks(lab, facts, Object.keys(configs).length, { ingress, gateway }),
      ...routesLack(selection),
    ];
    selections.push(lacking.length > 0 ? selection : { ...selection, context: withListeners(selection) });
    for (const lack of lacking) {
      problems.push({
        path: `labs.${instance}`,
        message: `this cluster cannot carry ${lab.id}: ${lack.reason}`,
        fix: lack.fix,
      });
    }
    if (lab.needs.kubeProxy === true && facts.kubeProxyMode === "none")
      notes.push(
        `${instance}: there is no kube-proxy here: what the guide shows of its rules and of addresses that it replaces is otherwise (lab ebpf)`,
      );
    if (lab.needs.observability === true && facts.cni.observability === undefined)
      notes.push(
        `${instance}: whether Goldmane and Whisker run here is not known, as this stack does not install Calico`,
      );
    for (const p of lab.needs.hostPorts ?? []) {
      if (!facts.hostPorts.some((h) => h.nodePort === p))
        notes.push(
          `${instance}: NodePort ${p} is not open on your machine; use kubectl port-forward where the guide opens it`,
        );
    }
  }
  checkTogether(selections, problems);
  return { selections, problems, notes };
}

/** Routes of any step that the site's controller cannot have: every reason once. */
function routesLack(selection: LabSelection): { reason: string; fix: string }[] {
  if (selection.context.ingress?.kind === undefined || selection.lab.needs.ingress !== true) return [];
  const found = new Map<string, string>();
  for (const step of selection.lab.steps.keys()) {
    try {
      labAt({ ...selection, step });
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error;
      for (const p of error.problems) found.set(`${p.path}: ${p.message}`, p.fix ?? "");
    }
  }
  return [...found].map(([reason, fix]) => ({ reason, fix }));
}

function stepOf(lab: Lab, wanted: number | string, path: string, problems: Problem[]): number {
  const names = lab.steps.map((s) => s.id);
  const number = stepNumber(wanted, names);
  if (number !== undefined) return number;
  problems.push({
    path,
    value: wanted,
    message: `${lab.id} has no such step`,
    fix: `use one of: ${stepList(names)}`,
  });
  return 0;
}

function namespacesOf(
  lab: Lab,
  config: LabConfig,
  path: string,
  problems: Problem[],
): Record<string, string> {
  for (const role of Object.keys(config.namespaces)) {
    if (!(role in lab.namespaces)) {
      problems.push({
        path: `${path}.${role}`,
        message: `${lab.id} has no namespace of that role`,
        fix: `roles: ${Object.keys(lab.namespaces).join(", ")}`,
      });
    }
  }
  return { ...lab.namespaces, ...config.namespaces };
}

/** Needs of a lab that a cluster with these facts does not meet, each with its reason and a way out. */
export function lacks(
  lab: Lab,
  facts: ClusterFacts,
  labsOnCluster = 1,
  { ingress, gateway }: { ingress?: IngressSite | undefined; gateway?: IngressSite | undefined } = {},
): { reason: string; fix: string }[] {
  const found: { reason: string; fix: string }[] = [];
  const { needs } = lab;
  const say = (lacking: boolean | undefined, reason: string, fix: string): void => {
    if (lacking === true) found.push({ reason, fix });
  };
  say(
    needs.calicoCni === true && facts.cni.type !== "calico",
    "it needs Calico to give pods their addresses, and here another CNI does",
    "use a stack whose CNI is Calico",
  );
  say(
    needs.calicoPolicy === true && facts.cni.type === "weave",
    "it needs Calico to enforce policies, and Weave Net's controller knows a part of Kubernetes' own alone",
    "use a stack without kind.cni",
  );
  say(
    needs.weave === true && facts.cni.type !== "weave",
    "it is about Weave Net, and another CNI is here",
    "use the stack weave, or a kind stack with kind.cni weave",
  );
  say(
    needs.bgp === true && !facts.cni.bgp,
    "it needs BGP between the nodes",
    "set calico.bgp to true where the target allows it",
  );
  say(
    needs.ebpf === true && facts.cni.dataplane !== "BPF",
    "it is about Calico's eBPF dataplane, and Calico has another here",
    "use the stack ebpf, or set calico.dataplane to BPF",
  );
  say(
    needs.workers !== undefined && facts.workers < needs.workers,
    `it needs ${needs.workers ?? 0} worker nodes, and there are ${facts.workers}`,
    "add workers",
  );
  say(
    needs.ownCluster === true && !facts.owned,
    "it changes the cluster itself, so it runs only on one made by this project",
    "use a kind or eks stack",
  );
  say(
    needs.ownCluster === true && labsOnCluster > 1,
    "it changes the cluster itself and would disturb the other labs",
    "give it a stack of its own",
  );
  say(
    needs.loadBalancer === true && facts.loadBalancer === "none",
    "nothing serves a Service of type LoadBalancer here",
    "use an eks stack",
  );
  say(
    needs.observability === true && facts.cni.observability === false,
    "it looks at Calico's flow logs, and calico.observability is false",
    "remove calico.observability, or set it to true",
  );
  say(
    needs.ingress === true && ingress === undefined,
    "it needs an ingress controller, and ingress.install is false",
    "remove ingress.install, or set it to true",
  );
  say(
    needs.gateway === true && ingress !== undefined && gateway === undefined,
    "it is about a Gateway, and ingress.controller makes none",
    "set ingress.controller to gateway, or to both",
  );
  say(
    needs.ingressNginx === true && ingress !== undefined && ingress.kind !== undefined,
    "it is about ingress-nginx, and ingress.controller is another",
    "leave ingress.controller out, or set it to both beside a Gateway",
  );
  say(
    needs.issuer === true && ingress?.kind !== "alb" && ingress?.tls?.certificate === "default",
    "it makes a certificate of its own, and tls.issuer own has only the one that you gave",
    "use self-signed, or acme",
  );
  say(
    needs.internet === true && facts.isolated === true,
    "its flows to the internet would be closed whatever a policy says: the network has no way out",
    "use a stack with one (eks.network.private: false)",
  );
  const other = needs.other?.(facts);
  if (other !== undefined) found.push(other);
  return found;
}

/** Copies must not share a namespace, and cluster-wide labs exist once. */
function checkTogether(selections: readonly LabSelection[], problems: Problem[]): void {
  const owner = new Map<string, string>();
  for (const s of selections) {
    for (const [role, name] of Object.entries(s.context.namespaces)) {
      const path = `labs.${s.instance}.namespaces.${role}`;
      const reserved = [
        "default",
        "kube-system",
        "kube-public",
        "kube-node-lease",
        "calico-system",
        "calico-apiserver",
        "tigera-operator",
      ];
      if (reserved.includes(name))
        problems.push({
          path,
          value: name,
          message: "belongs to the cluster, not to a lab",
          fix: "choose another name",
        });
      const other = owner.get(name);
      if (other !== undefined)
        problems.push({
          path,
          value: name,
          message: `is also a namespace of ${other}`,
          fix: "give each copy namespaces of its own",
        });
      owner.set(name, s.instance);
    }
  }
  for (const s of selections.filter((x) => x.lab.clusterWide)) {
    const first = selections.find((x) => x.lab.id === s.lab.id);
    if (first !== s)
      problems.push({
        path: `labs.${s.instance}`,
        message: `${s.lab.id} makes cluster-wide objects, so only one copy fits a cluster`,
        fix: `remove it, or labs.${first?.instance ?? ""}`,
      });
  }
}
