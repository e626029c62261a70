import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import {
  controlPlaneFiles,
  userData,
  workerFiles,
  type NodeFile,
} from "../../../components/ec2/plan/node-files";
import { handover } from "../../../components/ec2/plan/node-policies";

const setup = (name: string) => ({
  cluster: {
    name: "labs-ec2",
    version: "1.36.4",
    address: "10.0.0.10",
    podCidr: "192.168.0.0/16",
    serviceCidr: "172.20.0.0/16",
    kubeProxyMode: "iptables" as const,
  },
  node: { name, zone: "us-west-2a" },
  region: "us-west-2",
  handover: handover("labs-ec2"),
});
const control = controlPlaneFiles(setup("labs-ec2-control-plane"), "203.0.113.10");
const worker = workerFiles(setup("labs-ec2-worker-1"), "i-0123456789abcdef0");
const content = (files: readonly NodeFile[], path: string) =>
  files.find((f) => f.path === path)?.content ?? "";

test("cloud-init gets every file, owned by root, and runs one script; EC2 takes 16 KB", () => {
  const data = userData({ name: "labs-ec2-control-plane", zone: "us-west-2a" }, control);
  expect(data.startsWith("#cloud-config\n")).toBe(true);
  expect(Buffer.byteLength(data)).toBeLessThan(16 * 1024);
  expect(parse(data)).toEqual({
    preserve_hostname: false,
    hostname: "labs-ec2-control-plane",
    write_files: control.map((f) => ({ ...f, owner: "root:root" })),
    runcmd: [["/usr/local/sbin/labs-node"]],
  });
});

test("kernel, containerd and systemd-networkd", () => {
  for (const files of [control, worker]) {
    expect(content(files, "/etc/modules-load.d/labs.conf")).toBe("overlay\nbr_netfilter\n");
    expect(content(files, "/etc/sysctl.d/90-labs.conf")).toBe(
      "net.bridge.bridge-nf-call-iptables = 1\nnet.bridge.bridge-nf-call-ip6tables = 1\nnet.ipv4.ip_forward = 1\n",
    );
    expect(content(files, "/etc/systemd/networkd.conf.d/labs.conf")).toBe(
      "[Network]\nManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no\n",
    );
    expect(content(files, "/etc/containerd/config.toml")).toBe(
      `version = 3
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
runtime_type = 'io.containerd.runc.v2'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
SystemdCgroup = true
`,
    );
  }
});

test("kubeadm init: private address for nodes, public one in the certificate, one cgroup manager", () => {
  const documents = parseAllDocuments(content(control, "/etc/labs/kubeadm.yaml")).map(
    (d) => d.toJS() as unknown,
  );
  expect(documents).toEqual([
    {
      apiVersion: "kubeadm.k8s.io/v1beta4",
      kind: "InitConfiguration",
      localAPIEndpoint: { advertiseAddress: "10.0.0.10", bindPort: 6443 },
      nodeRegistration: {
        name: "labs-ec2-control-plane",
        criSocket: "unix:///run/containerd/containerd.sock",
        kubeletExtraArgs: [{ name: "provider-id", value: "aws:///us-west-2a/@INSTANCE@" }],
      },
    },
    {
      apiVersion: "kubeadm.k8s.io/v1beta4",
      kind: "ClusterConfiguration",
      clusterName: "labs-ec2",
      kubernetesVersion: "v1.36.4",
      controlPlaneEndpoint: "10.0.0.10:6443",
      encryptionAlgorithm: "ECDSA-P256",
      networking: { podSubnet: "192.168.0.0/16", serviceSubnet: "172.20.0.0/16" },
      apiServer: { certSANs: ["203.0.113.10", "10.0.0.10"] },
    },
    { apiVersion: "kubelet.config.k8s.io/v1beta1", kind: "KubeletConfiguration", cgroupDriver: "systemd" },
    { apiVersion: "kubeproxy.config.k8s.io/v1alpha1", kind: "KubeProxyConfiguration", mode: "iptables" },
  ]);
});

test("without kube-proxy, kubeadm makes none", () => {
  const { cluster, ...rest } = setup("c");
  const files = controlPlaneFiles(
    { ...rest, cluster: { ...cluster, kubeProxyMode: "none" } },
    "203.0.113.10",
  );
  const documents = parseAllDocuments(content(files, "/etc/labs/kubeadm.yaml")).map(
    (d) => d.toJS() as unknown,
  );
  expect(documents).toHaveLength(3);
  expect(documents[1]).toMatchObject({ proxy: { disabled: true } });
});

test("packages are of one Kubernetes version, by its own repository, and stay", () => {
  const script = content(worker, "/usr/local/sbin/labs-install");
  expect(script).toContain("'kubelet=1.36.4-*' 'kubeadm=1.36.4-*' 'kubectl=1.36.4-*'");
  expect(script).toContain("https://pkgs.k8s.io/core:/stable:/v1.36/deb/ /");
  expect(script).toContain("apt-mark hold containerd.io kubelet kubeadm kubectl");
  expect(script).toContain("swapoff -a");
});

test.each(
  [...control, ...worker].filter((f) => /labs\.sh$|sbin/.test(f.path)).map((f) => [f.path, f.content]),
)("%s is bash that parses", (_path, script) => {
  const { status, stderr } = spawnSync("bash", ["-n"], { input: script, encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
});

/** Runs a script with programs that only write down what they were asked, in a folder for `/`. */
function play(
  script: string,
  files: readonly NodeFile[],
  answers: Record<string, string>,
): { log: string; root: string } {
  const root = mkdtempSync(join(tmpdir(), "labs-node-"));
  for (const dir of ["bin", "etc/labs", "etc/kubernetes/pki", "run/labs", "usr/local/lib", "usr/local/sbin"])
    mkdirSync(join(root, dir), { recursive: true });
  const moved = (text: string) =>
    text.replace(/(?<![\w.])\/(etc\/(labs|kubernetes)|run\/labs|usr\/local)\b/g, `${root}/$1`);
  for (const f of files)
    if (/\/(labs|sbin|lib)\//.test(f.path))
      writeFileSync(join(root, f.path), moved(f.content), { mode: 0o755 });
  writeFileSync(
    join(root, "etc/kubernetes/admin.conf"),
    "clusters:\n- cluster:\n    server: https://10.0.0.10:6443\n  name: labs-ec2\n",
  );
  const fake = (name: string, body: string) => {
    writeFileSync(join(root, "bin", name), `#!/bin/bash\necho "${name} $*" >>${root}/log\n${body}\n`, {
      mode: 0o755,
    });
  };
  for (const name of ["systemctl", "sleep"]) fake(name, "");
  fake(
    "kubeadm",
    `if [ "$1 $2" = "token create" ]; then echo abcdef.0123456789abcdef; elif [ -e ${root}/run/labs/kubeadm.yaml ]; then cp ${root}/run/labs/kubeadm.yaml ${root}/told; fi`,
  );
  fake("openssl", "cat >/dev/null; echo key");
  fake("curl", 'case "$*" in *api/token*) echo t;; *instance-id*) echo i-0123456789abcdef0;; esac');
  fake("aws", answers["aws"] ?? "");
  writeFileSync(join(root, "usr/local/sbin/labs-install"), "#!/bin/bash\n", { mode: 0o755 });
  execFileSync("bash", [join(root, script)], {
    env: { ...process.env, PATH: `${root}/bin:${process.env["PATH"] ?? ""}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { log: readFileSync(join(root, "log"), "utf8"), root };
}

const KEEP = 'for a; do case "$a" in file://*) cat "${a#file://}" >>"$(dirname "$0")/../kept";; esac; done';

test("the control plane hands over a token with its own id, and a kubeconfig of the public address", () => {
  const { log, root } = play("usr/local/sbin/labs-node", control, { aws: KEEP });
  const kept = readFileSync(join(root, "kept"), "utf8");
  expect(kept).toMatch(
    /^i-0123456789abcdef0 abcdef\.0123456789abcdef sha256:[0-9a-f]{64}\n# i-0123456789abcdef0\n/,
  );
  expect(kept).toContain("    server: https://203.0.113.10:6443\n");
  expect(readFileSync(join(root, "told"), "utf8")).toContain("aws:///us-west-2a/i-0123456789abcdef0");
  // Secrets are in no argument.
  expect(log).not.toContain("abcdef.0123456789abcdef");
  rmSync(root, { recursive: true });
});

test("a worker takes the word of its own control plane alone, after asking more than once", () => {
  const aws = `if [ -e "$0.asked" ]; then echo "i-0123456789abcdef0 abcdef.0123456789abcdef sha256:beef"
else touch "$0.asked"; echo "i-old 000000.0000000000000000 sha256:dead"; fi`;
  const { log, root } = play("usr/local/sbin/labs-node", worker, { aws });
  expect(parse(readFileSync(join(root, "told"), "utf8"))).toMatchObject({
    kind: "JoinConfiguration",
    discovery: {
      bootstrapToken: {
        apiServerEndpoint: "10.0.0.10:6443",
        token: "abcdef.0123456789abcdef",
        caCertHashes: ["sha256:beef"],
      },
    },
    nodeRegistration: { name: "labs-ec2-worker-1" },
  });
  expect(log.match(/^aws ssm get-parameter/gm)).toHaveLength(2);
  expect(log).not.toContain("abcdef.0123456789abcdef");
  rmSync(root, { recursive: true });
});

test("no user data has a secret: what all on the node may read", () => {
  for (const files of [control, worker])
    expect(JSON.stringify(files)).not.toMatch(/BEGIN|[a-z0-9]{6}\.[a-z0-9]{16}/);
});
