import { writeFileSync, chmodSync } from "node:fs";
import { UserError } from "../../kube/problems";
import { openSession } from "../engine/session";
import { classNameOf } from "./class-input";
import type { KubeconfigCommand } from "./students-options";
import { choose } from "./choose-environments";

/** `labs students kubeconfig`: decrypted on demand; the state holds it encrypted, and no other file has it. */
export async function runStudentsKubeconfig(id: string, options: KubeconfigCommand): Promise<void> {
  const { engine } = await openSession();
  const className = classNameOf(options.class);
  const chosen = await choose(engine, [id], className === undefined ? {} : { class: className });
  const [stack = id] = chosen.keys();
  const { kubeconfig } = await engine.outputs(stack);
  if (typeof kubeconfig !== "string" || kubeconfig === "") {
    throw new UserError(`${stack} has no kubeconfig yet: its up has not come that far`);
  }
  const text = kubeconfig.endsWith("\n") ? kubeconfig : `${kubeconfig}\n`;
  if (options.out === undefined) {
    process.stdout.write(text);
    return;
  }
  writeFileSync(options.out, text, { mode: 0o600 });
  // The mode counts only for a new file.
  chmodSync(options.out, 0o600);
  process.stderr.write(`Written to ${options.out}. Use it: kubectl --kubeconfig ${options.out} get nodes\n`);
}
