import type { KubeObject } from "../../../kube/objects";

const kubeSystem = (plural: string, name: string) => `/api/v1/namespaces/kube-system/${plural}/${name}`;
const chosen = (path: string, labels: string) => `${path}?labelSelector=${encodeURIComponent(labels)}`;
const PODS = "/api/v1/namespaces/kube-system/pods";

/** What a cluster that is there is asked for its facts: reads alone, all at once. */
export const CLUSTER_QUESTIONS = {
  nodes: { path: "/api/v1/nodes", what: "nodes" },
  /** kubeadm, and kind with it. */
  kubeadm: { path: kubeSystem("configmaps", "kubeadm-config"), what: "ConfigMap kube-system/kubeadm-config" },
  /** Static pods: kubeadm has a label for each component, kops another one. */
  componentPods: {
    path: chosen(PODS, "component in (kube-apiserver,kube-controller-manager)"),
    what: "pods component=kube-controller-manager in kube-system",
  },
  appPods: {
    path: chosen(PODS, "k8s-app in (kube-apiserver,kube-controller-manager)"),
    what: "pods k8s-app=kube-controller-manager in kube-system",
  },
  proxyPods: {
    path: `${chosen(PODS, "k8s-app=kube-proxy")}&limit=50`,
    what: "pods k8s-app=kube-proxy in kube-system",
  },
  proxyConfig: { path: kubeSystem("configmaps", "kube-proxy"), what: "ConfigMap kube-system/kube-proxy" },
  /** EKS, whose ConfigMap `kube-proxy` is the kubeconfig alone. */
  eksProxyConfig: {
    path: kubeSystem("configmaps", "kube-proxy-config"),
    what: "ConfigMap kube-system/kube-proxy-config",
  },
  /** Since Kubernetes 1.33 the API server keeps its Service ranges there. */
  serviceRanges: {
    path: "/apis/networking.k8s.io/v1/servicecidrs/kubernetes",
    what: "ServiceCIDR kubernetes",
  },
  dns: { path: kubeSystem("services", "kube-dns"), what: "Service kube-system/kube-dns" },
  daemonSets: { path: "/apis/apps/v1/daemonsets", what: "DaemonSets" },
  awsController: {
    path: chosen("/apis/apps/v1/deployments", "app.kubernetes.io/name=aws-load-balancer-controller"),
    what: "Deployment of the AWS load balancer controller",
  },
  balanced: {
    path: "/api/v1/services?fieldSelector=spec.type%3DLoadBalancer",
    what: "Services of type LoadBalancer",
  },
  installation: {
    path: "/apis/operator.tigera.io/v1/installations/default",
    what: "Installation default",
  },
  operatorNamespace: { path: "/api/v1/namespaces/tigera-operator", what: "Namespace tigera-operator" },
  calicoConfig: {
    path: kubeSystem("configmaps", "calico-config"),
    what: "ConfigMap kube-system/calico-config",
  },
  calicoApi: { path: "/apis/projectcalico.org/v3", what: "API projectcalico.org/v3" },
  pools: { path: "/apis/projectcalico.org/v3/ippools", what: "IPPools" },
  storedPools: { path: "/apis/crd.projectcalico.org/v1/ippools", what: "IPPools of crd.projectcalico.org" },
} as const;

export type ClusterQuestion = keyof typeof CLUSTER_QUESTIONS;

/** The answers, as objects: none where the server says that there is none. A question that was not answered has its reason. */
export interface ClusterAnswers {
  /** As `v1.36.2`. */
  version: string;
  objects: Partial<Record<ClusterQuestion, readonly KubeObject[]>>;
  refused: Partial<Record<ClusterQuestion, string>>;
}

export const answerOf = (answers: ClusterAnswers, question: ClusterQuestion): readonly KubeObject[] =>
  answers.objects[question] ?? [];

/** What was looked at for a fact, and what came of it: for the one who must now say it. */
export function triedText(answers: ClusterAnswers, questions: readonly ClusterQuestion[]): string {
  return questions
    .map((q) => {
      const refused = answers.refused[q];
      const said = refused ?? (answerOf(answers, q).length === 0 ? "none" : "does not say");
      return `${CLUSTER_QUESTIONS[q].what}: ${said}`;
    })
    .join("; ");
}
