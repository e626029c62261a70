import { parse, stringify } from "yaml";

interface Kubeconfig {
  users?: { user?: { exec?: { env?: { name: string; value: string }[] | null } } }[];
}

/**
 * The kubeconfig of @pulumi/eks as YAML. It holds no token: each call gets one of 15 minutes by `aws eks get-token`.
 * With a profile, the call names it, so that it works in any shell.
 */
export function kubeconfigYaml(text: string, profile?: string): string {
  const config = parse(text) as Kubeconfig;
  if (profile !== undefined) {
    for (const { user } of config.users ?? []) {
      if (user?.exec === undefined) continue;
      const others = (user.exec.env ?? []).filter((e) => e.name !== "AWS_PROFILE");
      user.exec.env = [...others, { name: "AWS_PROFILE", value: profile }];
    }
  }
  return stringify(config);
}
