import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { CA } from "../../../components/tls/plan/objects";
import { containerName } from "../../../components/kind/plan/lab-machine-plan";
import type { KubeObject } from "../../../kube/objects";
import type { ClusterFacts } from "../../../kube/cluster-facts";
import type { Lab, LabContext } from "../../../labs/model";
import { askedCertificates } from "../../../routing/secrets";
import { commandsOf, inlineCommands, kindOf, readKubectl, shellBlocks, type Command } from "./guide-commands";
import type { Subject } from "./subject";

const root = resolve(__dirname, "../../..");

/** Every object that the lab has at any step. */
function objectsOf(lab: Lab, context: LabContext): KubeObject[] {
  const registered = [
    ...lab.workloads(context),
    ...lab.steps.flatMap((s) => [...(s.add?.(context) ?? []), ...(s.patch?.(context) ?? [])]),
  ];
  // cert-manager names them after their Secrets.
  const issued = askedCertificates(registered).map(({ namespace, secret }) => ({
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: secret, namespace },
  }));
  return [...registered, ...issued];
}

/** What a cluster of this project has without any lab: `kind namespace/name`. */
const SYSTEM = new Set([
  ...["configmap kube-system/coredns", "configmap kube-system/kube-proxy", "deployment kube-system/coredns"],
  "deployment calico-system/calico-kube-controllers",
  "daemonset calico-system/calico-node",
  ...["service ingress-nginx/ingress-nginx-controller", "deployment ingress-nginx/ingress-nginx-controller"],
  "configmap ingress-nginx/ingress-nginx-controller",
  ...["daemonset kube-system/weave-net", "configmap kube-system/weave-net"],
  "ippool /default-ipv4-ippool",
  ...["felixconfiguration /default", "installation /default"],
  "configmap tigera-operator/kubernetes-services-endpoint",
  ...["calico", "ippools", "apiserver"].map((name) => `tigerastatus /${name}`),
  ...["installation /default", "deployment tigera-operator/tigera-operator"],
  ...["tigerastatus /goldmane", "tigerastatus /whisker", "service calico-system/whisker"],
  ...["service default/kubernetes", "service kube-system/kube-dns", "daemonset kube-system/kube-proxy"],
]);
const SYSTEM_NAMESPACES = [
  ...["default", "kube-system", "calico-system", "tigera-operator", "ingress-nginx", "cert-manager"],
];
const SYSTEM_LABELS = [
  ...["k8s-app=kube-proxy", "k8s-app=calico-node", "k8s-app=kube-dns", "name=weave-net"],
  "node-role.kubernetes.io/control-plane",
  "projectcalico.org/tier=",
  "kubernetes.io/service-name=",
  "app.kubernetes.io/name=ingress-nginx",
  "app.kubernetes.io/component=controller",
];

/** Programs that a guide may call on the learner's machine or in a shell that it opened. */
const PROGRAMS = new Set([
  ...["kubectl", "docker", "npm", "pulumi", "curl", "openssl", "sudo", "echo", "printf", "cat", "grep", "tr"],
  ...["head", "ip", "iptables", "mount", "for", "while", "sleep", "sort", "uniq", "wc", "cut", "sed", "awk"],
  ...["tail", "seq", "rm", "helm", "nslookup", "dig", "true", "base64", "test"],
]);

const VERBS = new Set([
  ...[
    "auth",
    "get",
    "describe",
    "logs",
    "exec",
    "debug",
    "run",
    "port-forward",
    "rollout",
    "label",
    "annotate",
    "wait",
  ],
  ...["create", "replace", "apply", "delete", "patch", "scale", "cluster-info", "edit", "explain"],
]);

/** Problems of one command; names made by earlier commands of the guide are in `made`. */
class Checker {
  readonly problems: string[] = [];
  private readonly made = new Set<string>();
  private readonly namespaces: Set<string>;
  private readonly objects: Set<string>;
  private readonly labels: { namespace: string | undefined; labels: Record<string, string> }[];

  private readonly lab: Lab;
  private readonly stack: string;
  private readonly facts: ClusterFacts;

  constructor({ lab, stack, selection }: Omit<Subject, "guide">) {
    const { context } = selection;
    this.lab = lab;
    this.stack = stack;
    this.facts = context.facts;
    const objects = objectsOf(lab, context);
    this.namespaces = new Set(SYSTEM_NAMESPACES);
    for (const o of objects) if (o.kind === "Namespace") this.namespaces.add(o.metadata.name);
    this.objects = new Set([
      ...SYSTEM,
      ...objects.map((o) => `${o.kind.toLowerCase()} ${o.metadata.namespace ?? ""}/${o.metadata.name}`),
      ...(context.ingress === undefined
        ? []
        : [`ingressclass /${context.ingress.className}`, `secret cert-manager/${CA}`]),
      // kube-controllers names automatic host endpoints so.
      ...(this.facts.nodes ?? []).flatMap((n) => [`hostendpoint /${n.name}-auto-hep`, `node /${n.name}`]),
    ]);
    this.labels = objects.map((o) => ({
      namespace: o.metadata.namespace,
      labels: {
        ...o.metadata.labels,
        ...(o as { spec?: { template?: { metadata?: { labels?: Record<string, string> } } } }).spec?.template
          ?.metadata?.labels,
      },
    }));
  }

  check(command: Command): void {
    const [program = ""] = command.words;
    if (!PROGRAMS.has(program)) this.say(command, `calls ${program}, which the test does not know`);
    if (program === "kubectl") this.kubectl(command);
    if (program === "docker") this.docker(command);
    if (program === "npm") this.npm(command);
    if (program === "pulumi") this.pulumi(command);
  }

  private say(command: Command, problem: string): void {
    this.problems.push(`${command.text}: ${problem}`);
  }

  private kubectl(command: Command): void {
    const { verb, namespace, selector, rest } = readKubectl(command.words);
    if (!VERBS.has(verb)) this.say(command, `kubectl has no verb ${verb}, or the test does not know it`);
    if (namespace !== undefined && !namespace.startsWith("$") && !this.namespaces.has(namespace))
      this.say(command, `the lab has no namespace ${namespace}`);
    if (selector !== undefined && !this.selects(selector, namespace))
      this.say(command, `nothing of the lab has the labels ${selector}`);
    if (verb === "run") this.made.add(`pod ${namespace ?? "default"}/${rest[0] ?? ""}`);
    else if (verb === "create")
      this.made.add(`${rest[0] ?? ""} ${namespace ?? "default"}/${rest.at(-1) ?? ""}`);
    else if (!["auth", "cluster-info", "explain", "apply", "replace"].includes(verb))
      this.targets(command, verb, rest, namespace);
  }

  private targets(command: Command, verb: string, rest: string[], namespace: string | undefined): void {
    const words = verb === "rollout" ? rest.slice(1) : rest;
    const [first = "", ...names] = words.filter(
      (w) => !/^\d+:\d+$|^[\w./-]+=[\w.-]*$|^[\w./-]+-$/.test(w) || w.includes("/"),
    );
    if (first === "" || first.startsWith("$")) return;
    if (first.includes("/")) {
      this.exists(command, kindOf(first.split("/")[0] ?? ""), first.split("/")[1] ?? "", namespace);
    } else if (["exec", "logs", "debug", "port-forward"].includes(verb)) {
      this.exists(command, "pod", first, namespace);
    } else for (const name of names) this.exists(command, kindOf(first), name, namespace);
  }

  private exists(command: Command, kind: string, name: string, namespace: string | undefined): void {
    if (name.startsWith("$") || name === "") return;
    const keys = [`${kind} ${namespace ?? "default"}/${name}`, `${kind} /${name}`];
    if (kind === "namespace" && this.namespaces.has(name)) return;
    if (!keys.some((k) => this.objects.has(k) || this.made.has(k)))
      this.say(
        command,
        `there is no ${kind} ${namespace === undefined ? "" : `${namespace}/`}${name} at any step`,
      );
  }

  private selects(selector: string, namespace: string | undefined): boolean {
    if (SYSTEM_LABELS.some((l) => selector.startsWith(l))) return true;
    const wanted = selector.split(",").map((term) => term.split("="));
    return this.labels.some(
      (o) =>
        (namespace === undefined || o.namespace === undefined || o.namespace === namespace) &&
        wanted.every(([key = "", value]) =>
          value === undefined ? key in o.labels : o.labels[key] === value,
        ),
    );
  }

  private docker(command: Command): void {
    const [, verb = "", ...rest] = command.words;
    if (!["exec", "stop", "start", "network", "ps", "inspect", "port"].includes(verb))
      this.say(command, `docker ${verb} is not known to the test`);
    const container = rest.find((w) => !w.startsWith("-"));
    const { nodes = [], outside, docker } = this.facts;
    const beside = this.lab.steps.flatMap((s) => s.machine?.containers ?? []);
    const known = [
      ...nodes.map((n) => n.name),
      ...(outside === undefined ? [] : [outside.container]),
      ...(docker === undefined ? [] : beside.map((c) => containerName(docker.prefix, c.name))),
    ];
    if (
      ["exec", "stop", "start", "port"].includes(verb) &&
      !container?.startsWith("$") &&
      !known.includes(container ?? "")
    )
      this.say(
        command,
        `no container ${container ?? ""} on stack ${this.stack}; there are ${known.join(", ")}`,
      );
  }

  private npm(command: Command): void {
    const [, run, script = "", ...rest] = command.words.filter((w) => w !== "--silent");
    const scripts = (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object })
      .scripts;
    if (run !== "run" || !(script in scripts)) this.say(command, "package.json has no such script");
    const args = rest.filter((w) => w !== "--");
    // Playing needs no stack, but the right lab.
    if (args[0] === "play") {
      if (args[1] !== this.lab.id) this.say(command, `plays lab ${args[1] ?? ""}`);
      return;
    }
    const option = args.findIndex((w) => w === "--stack" || w === "-s");
    const named = option === -1 ? undefined : args[option + 1];
    const first = args.find((a) => !a.startsWith("-"));
    const stack = ["up", "destroy"].includes(script) ? first : args[0] === "verify" ? args[1] : named;
    if ((stack ?? "kind") !== this.stack && args[0] !== "plan")
      this.say(command, `is about stack ${stack ?? "kind"}, and the guide is for ${this.stack}`);
    if (args[0] === "step") {
      if (args[1] !== this.lab.id) this.say(command, `steps lab ${args[1] ?? ""}`);
      if (!["next", "back", "reset"].includes(args[2] ?? "")) this.step(command, args[2] ?? "");
    }
  }

  private pulumi(command: Command): void {
    const [, ...rest] = command.words;
    const set = rest.join(" ").match(/^config set --path labs\.([\w-]+)\.step (\S+)/);
    if (set === null) {
      if (!["up", "preview", "destroy", "stack", "config"].includes(rest[0] ?? ""))
        this.say(command, "is not known to the test");
      return;
    }
    if (set[1] !== this.lab.id) this.say(command, `sets lab ${set[1] ?? ""}`);
    this.step(command, set[2] ?? "");
  }

  private step(command: Command, wish: string): void {
    // `N` stands for any step.
    if (wish === "N") return;
    const found = this.lab.steps.some((s, i) => String(i) === wish || s.id === wish);
    if (!found) this.say(command, `the lab has no step ${wish}`);
  }
}

/** What is wrong with the commands of a guide, in its shell blocks and in running text. */
export async function commandProblems(subject: Subject): Promise<string[]> {
  const checker = new Checker(subject);
  for (const block of [...shellBlocks(subject.guide), ...inlineCommands(subject.guide)]) {
    const commands = await commandsOf(block).catch((error: unknown) => {
      checker.problems.push(`${block}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    });
    for (const command of commands) checker.check(command);
  }
  return checker.problems;
}
