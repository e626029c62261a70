import type { ClusterAnswers } from "../../../components/existing/plan/cluster-questions";
import { describeCluster, type ClusterReading } from "../../../components/existing/plan/described-cluster";
import { foundCluster } from "../../../components/existing/plan/found-cluster";
import type { ExistingConfig } from "../../../components/existing/existing-config";
import { formatProblem } from "../../../kube/problems";
import { eks, k3s, kops, kubeadm, node, withOperator } from "./recorded";

const answered = (answers: ClusterAnswers): ClusterReading => ({
  kind: "answered",
  found: foundCluster(answers, "labs-mine"),
});
const describe_ = (config: Partial<ExistingConfig>, reading: ClusterReading, needsPodRange = true) => {
  const { described, problems } = describeCluster({ context: "mine", ...config }, reading, needsPodRange);
  return { ...described, problems: problems.map(formatProblem) };
};

test("a config that names the context alone is enough where the cluster tells the rest", () => {
  const found = describe_({}, answered(kubeadm()));
  expect(found).toMatchObject({
    problems: [],
    notes: [],
    workers: 2,
    nodesAtInstall: 3,
    installedCni: "none",
    podCidrs: ["10.244.0.0/16"],
    serviceCidr: "10.96.0.0/12",
    kubeProxyMode: "iptables",
    apiServer: { host: "10.0.0.4", port: 6443 },
    loadBalancer: "none",
    controlPlaneReachesPods: true,
  });
  expect(found.read).toEqual(
    expect.arrayContaining([
      "kubeadm v1.36.2",
      "2 nodes that take pods, 1 of the control plane, 3 in all",
      "systems Ubuntu 24.04.3 LTS",
      "host addresses 10.0.0.4",
      "podCidrs 10.244.0.0/16 (ConfigMap kubeadm-config, podSubnet)",
      "serviceCidr 10.96.0.0/12 (ServiceCIDR kubernetes)",
    ]),
  );
});

test("kops: facts with zones and Calico's own mode", () => {
  const found = describe_({}, answered(kops()), false);
  expect(found).toMatchObject({ problems: [], installedCni: "calico", loadBalancer: "aws-in-tree" });
  expect(found.read).toEqual(
    expect.arrayContaining([
      "zones us-east-1a, us-east-1b",
      "podCidrs 100.96.0.0/11 (IPPools default-ipv4-ippool)",
      "Calico v3.31.6 by manifest: IPIPCrossSubnet, BGP on, dataplane Iptables",
    ]),
  );
});

test("what the config says against the cluster is a problem each, all at once", () => {
  const { problems } = describe_(
    {
      installedCni: "none",
      podCidrs: ["10.244.0.0/16"],
      serviceCidr: "10.96.0.0/12",
      kubeProxyMode: "ipvs",
      loadBalancer: "aws-lbc",
    },
    answered(kops()),
  );
  expect(problems).toEqual([
    expect.stringMatching(
      /existing\.installedCni: the cluster says calico \(Calico v3\.31\.6 by manifest\) \(got "none"\)\s+fix: remove existing\.installedCni/,
    ),
    expect.stringMatching(
      /existing\.podCidrs: the cluster says 100\.96\.0\.0\/11 \(IPPools default-ipv4-ippool\) \(got \["10\.244\.0\.0\/16"\]\)/,
    ),
    expect.stringMatching(/existing\.serviceCidr: the cluster says 100\.64\.0\.0\/13/),
    expect.stringMatching(
      /existing\.kubeProxyMode: the cluster says iptables \(arguments of 3 kube-proxy pods\) \(got "ipvs"\)/,
    ),
    expect.stringMatching(/existing\.loadBalancer: the cluster says aws-in-tree/),
  ]);
});

test("a config that says the same in other words is none", () => {
  const config: Partial<ExistingConfig> = { podCidrs: ["10.244.1.2/16"], serviceCidr: "10.96.0.1/12" };
  expect(describe_(config, answered(kubeadm())).problems).toEqual([]);
});

test.each<[string, Partial<ExistingConfig>]>([
  ["a load balancer that is known by nobody's name", { loadBalancer: "provided" }],
  ["a wish to do without one", { loadBalancer: "none" }],
])("%s is the config's to say", (_what, config) => {
  expect(
    describe_(config, answered(config.loadBalancer === "none" ? kops() : kubeadm()), false),
  ).toMatchObject({
    problems: [],
    ...config,
  });
});

test("what the cluster does not tell is asked for, with what was tried", () => {
  const { problems } = describe_({}, answered(k3s()));
  expect(problems).toEqual([
    expect.stringMatching(
      /existing\.kubeProxyMode: is missing, and the cluster does not tell it; tried: DaemonSets: none; ConfigMap kube-system\/kube-proxy: none;/,
    ),
  ]);
  const forbidden = k3s();
  const { daemonSets: _, ...rest } = forbidden.objects;
  const { problems: all, notes } = describe_(
    {},
    answered({
      ...forbidden,
      objects: rest,
      refused: { daemonSets: 'daemonsets.apps is forbidden: User "me"' },
    }),
  );
  expect(all[0]).toMatch(
    /existing\.installedCni: is missing.*tried: nodes: does not say; DaemonSets: daemonsets\.apps is forbidden: User "me"; Installation default: none/,
  );
  expect(all).toHaveLength(3);
  expect(notes).toEqual([
    'the cluster does not say everything: DaemonSets: daemonsets.apps is forbidden: User "me"',
  ]);
});

test("no answer at all: what the config has is enough, and said to be unchecked; what it lacks is asked for", () => {
  const away: ClusterReading = { kind: "no-answer", why: "context mine: connect ECONNREFUSED" };
  const whole: Partial<ExistingConfig> = {
    workers: 2,
    installedCni: "none",
    podCidrs: ["10.1.0.0/16"],
    kubeProxyMode: "iptables",
  };
  expect(describe_(whole, away)).toMatchObject({
    problems: [],
    read: [],
    notes: [
      "the cluster was not asked, so what the config says of it is not checked: context mine: connect ECONNREFUSED",
    ],
  });
  const { problems } = describe_({}, away);
  expect(problems.map((p) => /existing\.(\w+)/.exec(p)?.[1])).toEqual([
    "installedCni",
    "workers",
    "podCidrs",
    "kubeProxyMode",
  ]);
  expect(problems[0]).toContain("the cluster cannot be asked: context mine: connect ECONNREFUSED");
});

describe("nodes come and go", () => {
  const nodes = (n: number): ClusterReading => {
    const answers = kubeadm();
    return answered({
      ...answers,
      objects: {
        ...answers.objects,
        nodes: Array.from({ length: n }, (_, i) => node(`w${i}`, { ready: false })),
      },
    });
  };
  test("more or fewer than the config says is a note", () => {
    const found = describe_({ workers: 2 }, nodes(3));
    expect(found).toMatchObject({ problems: [], workers: 2 });
    expect(found.notes).toEqual(["existing.workers is 2, and the cluster has 3 nodes that take pods"]);
  });
  test("none at all is a problem, unless the config says so", () => {
    expect(describe_({}, nodes(0)).problems).toEqual([
      expect.stringMatching(/existing\.workers: is missing, and the cluster has no node that takes pods/),
    ]);
    expect(describe_({ workers: 2 }, nodes(0)).problems).toEqual([
      expect.stringMatching(/existing\.workers: the cluster has no node that takes pods .*\(got 2\)/),
    ]);
    expect(describe_({ workers: 0 }, nodes(0))).toMatchObject({
      problems: [],
      workers: 0,
      nodesAtInstall: 0,
    });
  });
});

test("EKS: its CNI's addresses come from subnets, so no pod range is asked for", () => {
  expect(describe_({}, answered(eks()))).toMatchObject({ problems: [], podCidrs: [], installedCni: "aws" });
});

test("Calico's second up is the first one", () => {
  const { read: _, ...first } = describe_({}, answered(kubeadm()));
  const { read: __, ...second } = describe_({}, answered(withOperator(kubeadm(), "labs-mine")));
  expect(second).toEqual(first);
});
