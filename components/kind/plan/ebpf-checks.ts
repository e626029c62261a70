import { carriesEbpf, EBPF_KERNEL } from "../../ebpf-kernel";
import type { Problem } from "../../../kube/problems";
import type { MachineFacts, MachineJudgement, WantedCluster } from "../machine-facts";

/** Whether the kernel of the containers can run Calico's eBPF dataplane. */
export function ebpfChecks(
  { engine, bpffs }: MachineFacts,
  wanted: readonly WantedCluster[],
  out: MachineJudgement,
): void {
  if (!wanted.some((w) => w.ebpf === true) || engine === undefined) return;
  const without = "or another calico.dataplane";
  const say = (problem: Omit<Problem, "path">): void =>
    void out.problems.push({ path: "docker", ...problem });
  if (engine.kernel === undefined)
    out.notes.push("not known: the kernel where Docker runs; Calico's eBPF dataplane needs Linux 5.10");
  else if (!carriesEbpf(engine.kernel))
    say({
      value: `Linux ${engine.kernel}`,
      message: `is older than Calico's eBPF dataplane needs: ${EBPF_KERNEL}`,
      fix: `a newer kernel (Docker Desktop, Colima, WSL2: a newer version of it), ${without}`,
    });
  if (engine.rootless)
    say({
      value: "rootless",
      message: "may not load eBPF programs: the kernel takes them from root of the machine only",
      fix: `Docker Engine with root, ${without}`,
    });
  if (bpffs === undefined)
    out.notes.push("not known: whether the kernel has the BPF filesystem, where Calico keeps its programs");
  else if (!bpffs)
    say({
      value: "no bpf in /proc/filesystems",
      message: "the kernel has no BPF filesystem, where Calico keeps its programs",
      fix: `a kernel with CONFIG_BPF_SYSCALL, ${without}`,
    });
}
