import { readFileSync } from "node:fs";
import type { KubeConfig } from "@kubernetes/client-node";
import type { KubeObject } from "../../../kube/objects";
import type { Running } from "./running";
import { kubeconfigOf } from "./server";

/** A service account that has no rights but those of roles, and what the server saw of it. */
export interface User {
  kubeconfig: KubeConfig;
  /** As the server calls it. */
  name: string;
  /** Takes the account and its bindings away. */
  remove: () => Promise<void>;
}

/** Makes an account bound to these ClusterRoles, which must stand. */
export async function userWith(
  { client, address }: Running,
  name: string,
  roles: readonly string[],
): Promise<User> {
  const account = { kind: "ServiceAccount", name, namespace: "default" };
  const made: KubeObject[] = [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: "default" } },
    ...roles.map((role) => ({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: `${name}-${role}` },
      subjects: [account],
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    })),
  ];
  for (const o of made) await client.apply(o);
  const { body } = await client.post(`/api/v1/namespaces/default/serviceaccounts/${name}/token`, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: 3600 },
  });
  const { token } = (body as { status: { token: string } }).status;
  return {
    kubeconfig: kubeconfigOf(address, token),
    name: `system:serviceaccount:default:${name}`,
    remove: async () => {
      for (const o of made) await client.remove(o);
    },
  };
}

/** A request as the server's audit log has it, without discovery. */
export interface Audited {
  /** `verb group/resource/subresource`, without a group for the core's. */
  right: string;
  namespace?: string;
  name?: string;
  code: number;
}

/** What a user asked of objects, in order. */
export function audited({ address }: Running, user: string): Audited[] {
  interface Event {
    verb: string;
    user: { username: string };
    objectRef?: {
      apiGroup?: string;
      resource?: string;
      subresource?: string;
      namespace?: string;
      name?: string;
    };
    responseStatus?: { code?: number };
  }
  return readFileSync(address.auditLog, "utf8")
    .split("\n")
    .filter((line) => line.includes(user))
    .map((line) => JSON.parse(line) as Event)
    .flatMap(({ verb, user: who, objectRef, responseStatus }) => {
      if (who.username !== user || objectRef?.resource === undefined) return [];
      const { apiGroup, resource, subresource, namespace, name } = objectRef;
      const path = [apiGroup, resource, subresource].filter((p) => p !== undefined).join("/");
      return [
        {
          right: `${verb} ${path}`,
          ...(namespace === undefined ? {} : { namespace }),
          ...(name === undefined ? {} : { name }),
          code: responseStatus?.code ?? 0,
        },
      ];
    });
}

/** The rights of a ClusterRole, in the same words. */
export function rightsOf(role: KubeObject): string[] {
  const rules = role["rules"] as { apiGroups: string[]; resources: string[]; verbs: string[] }[];
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((r) => verbs.map((v) => `${v} ${group === "" ? r : `${group}/${r}`}`)),
    ),
  );
}
