import type { Behaviour, Refused } from "./behaviour";
import type { EksState } from "./eks-state";

/**
 * EKS operations that moto 5.2 does not have: add-ons, access entries, Pod Identity. As in its API reference; what they
 * refuse is from the reference and from reports of users, named where it surprises.
 */
export function eksRecords(state: EksState): Record<string, Behaviour> {
  return { ...addons(state), ...access(state), ...identities(state) };
}

const missing = (message: string): Refused => ({ code: "ResourceNotFoundException", message });
const inUse = (message: string): Refused => ({ code: "ResourceInUseException", message });
const invalid = (message: string): Refused => ({ code: "InvalidParameterException", message });
const noCluster = (state: EksState, name: unknown): Refused | undefined =>
  state.clusters.has(String(name)) ? undefined : missing(`No cluster found for name: ${String(name)}.`);

/** A default for each add-on, as of Kubernetes 1.36; a version that is given must be of this form. */
const ADDONS: Readonly<Record<string, string>> = {
  "vpc-cni": "v1.20.4-eksbuild.2",
  "kube-proxy": "v1.36.0-eksbuild.2",
  coredns: "v1.12.4-eksbuild.1",
  "eks-pod-identity-agent": "v1.3.8-eksbuild.2",
  "aws-ebs-csi-driver": "v1.50.1-eksbuild.1",
};
const VERSION = /^v\d+\.\d+\.\d+-eksbuild\.\d+$/;

function addons(state: EksState): Record<string, Behaviour> {
  const valid = (input: Record<string, unknown>): Refused | undefined => {
    const name = String(input["addonName"]);
    if (ADDONS[name] === undefined) return invalid(`Addon ${name} specified is not supported`);
    const version = input["addonVersion"] as string | undefined;
    if (version !== undefined && !VERSION.test(version))
      return invalid(`Addon version specified is not supported: ${version}`);
    try {
      JSON.parse((input["configurationValues"] as string | undefined) ?? "{}");
      return undefined;
    } catch {
      return invalid("ConfigurationValue provided in request is not supported: not JSON");
    }
  };
  const info = (clusterName: unknown, addonName: unknown) => ({
    clusterName,
    addonName,
    status: "ACTIVE",
    addonVersion: state.cluster(clusterName).addons.get(String(addonName)),
  });
  const known = ({ clusterName, addonName }: Record<string, unknown>): Refused | undefined =>
    noCluster(state, clusterName) ??
    (state.cluster(clusterName).addons.has(String(addonName)) ? undefined : missing("No addon found"));
  return {
    "eks.DescribeAddonVersions": {
      answers: (input) => ({
        addons: Object.entries(ADDONS)
          .filter(([name]) => input["addonName"] === undefined || input["addonName"] === name)
          .map(([addonName, addonVersion]) => ({ addonName, addonVersions: [{ addonVersion }] })),
      }),
    },
    "eks.CreateAddon": {
      refuses: (input) =>
        noCluster(state, input["clusterName"]) ??
        (state.cluster(input["clusterName"]).addons.has(String(input["addonName"]))
          ? inUse("Addon already exists.")
          : valid(input)),
      answers: ({ clusterName, addonName, addonVersion }) => {
        const version = (addonVersion as string | undefined) ?? ADDONS[String(addonName)] ?? "";
        state.cluster(clusterName).addons.set(String(addonName), version);
        return { addon: info(clusterName, addonName) };
      },
    },
    "eks.UpdateAddon": {
      refuses: (input) => known(input) ?? valid(input),
      answers: () => ({ update: { status: "Successful", type: "AddonUpdate" } }),
    },
    "eks.DescribeAddon": {
      refuses: known,
      answers: ({ clusterName, addonName }) => ({ addon: info(clusterName, addonName) }),
    },
    "eks.DeleteAddon": {
      refuses: known,
      answers: ({ clusterName, addonName }) => {
        const addon = info(clusterName, addonName);
        state.cluster(clusterName).addons.delete(String(addonName));
        return { addon };
      },
    },
  };
}

/** An IAM user or role of one account, by its whole path; no group, root, wildcard or session. */
const PRINCIPAL = /^arn:aws[a-z-]*:iam::\d{12}:(user|role)\/[\w+=,.@/-]+$/;

function access(state: EksState): Record<string, Behaviour> {
  return {
    "eks.CreateAccessEntry": {
      refuses: ({ clusterName, principalArn }) => {
        const none = noCluster(state, clusterName);
        if (none !== undefined) return none;
        const arn = String(principalArn);
        if (!PRINCIPAL.test(arn) || /:role\/AWSReservedSSO_/.test(arn))
          return invalid("The specified principalArn is invalid: invalid principal.");
        return state.cluster(clusterName).access.has(arn)
          ? inUse("The specified access entry resource is already in use on this cluster.")
          : undefined;
      },
      answers: ({ clusterName, principalArn }) => {
        state.cluster(clusterName).access.set(String(principalArn), []);
        return { accessEntry: { clusterName, principalArn, type: "STANDARD" } };
      },
    },
    "eks.AssociateAccessPolicy": {
      refuses: ({ clusterName, principalArn }) =>
        state.cluster(clusterName).access.has(String(principalArn))
          ? undefined
          : missing("No access entry found"),
      answers: ({ clusterName, principalArn, policyArn, accessScope }) => {
        state.cluster(clusterName).access.get(String(principalArn))?.push(String(policyArn));
        return { clusterName, principalArn, associatedAccessPolicy: { policyArn, accessScope } };
      },
    },
    "eks.DeleteAccessEntry": {
      answers: ({ clusterName, principalArn }) => {
        state.cluster(clusterName).access.delete(String(principalArn));
        return {};
      },
    },
  };
}

function identities(state: EksState): Record<string, Behaviour> {
  const key = (input: Record<string, unknown>): string =>
    `${String(input["namespace"])}/${String(input["serviceAccount"])}`;
  return {
    "eks.CreatePodIdentityAssociation": {
      refuses: async (input, aws) => {
        const none = noCluster(state, input["clusterName"]);
        if (none !== undefined) return none;
        if (state.cluster(input["clusterName"]).identities.has(key(input)))
          return inUse("Association already exists");
        const RoleName = String(input["roleArn"]).split("/").at(-1);
        const role = await aws.ask("iam.GetRole", { RoleName });
        return "error" in role ? invalid("Role provided in the request does not exist.") : undefined;
      },
      answers: (input) => {
        const { identities: all } = state.cluster(input["clusterName"]);
        const associationId = `a-${String(all.size + 1).padStart(17, "0")}`;
        all.set(key(input), associationId);
        const { clusterName, namespace, serviceAccount, roleArn } = input;
        return { association: { clusterName, namespace, serviceAccount, roleArn, associationId } };
      },
    },
    "eks.DeletePodIdentityAssociation": {
      answers: ({ clusterName, associationId }) => {
        const all = state.cluster(clusterName).identities;
        for (const [name, id] of all) if (id === associationId) all.delete(name);
        return { association: { clusterName, associationId } };
      },
    },
  };
}
