import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { OperationOptions } from "./engine";

/** The provider's own word: it has compared what is asked for with what stands. */
export function replacing(tell: NonNullable<OperationOptions["onReplace"]>): (event: EngineEvent) => void {
  return ({ resourcePreEvent }) => {
    const m = resourcePreEvent?.metadata;
    if (m?.op === "replace") tell(m.urn.replace(/^.*::/, ""), m.keys ?? []);
  };
}

/** `creating Release calico-operator · 12 done`: what a person wants to see of thousands of events. */
export function progressOf(onProgress: (text: string) => void): (event: EngineEvent) => void {
  let done = 0;
  const verbs: Readonly<Record<string, string>> = {
    create: "creating",
    update: "updating",
    delete: "deleting",
    replace: "replacing",
  };
  return (event) => {
    if (event.resOutputsEvent !== undefined) done++;
    const m = event.resourcePreEvent?.metadata;
    const verb = m === undefined ? undefined : verbs[m.op];
    if (m === undefined || verb === undefined || m.type.startsWith("pulumi:")) return;
    onProgress(`${verb} ${m.type.replace(/^.*[:/]/, "")} ${m.urn.replace(/^.*::/, "")} · ${done} done`);
  };
}
