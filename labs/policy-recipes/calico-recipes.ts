import { calicoPolicy } from "../../policies/calico/policy";
import type { Rule } from "../../policies/calico/policy-types";
import { closed, open } from "../flow";
import type { Places, Recipe } from "./recipe";

/** The caller that is kept out, and what else the policy says. */
const withoutClient = (at: Places, ...more: Rule[]) =>
  calicoPolicy({
    name: "deny-one",
    namespace: at.shop,
    order: 100,
    selector: 'app == "web"',
    ingress: [
      {
        action: "Deny",
        source: {
          namespaceSelector: `kubernetes.io/metadata.name == "${at.neighbours}"`,
          selector: 'app == "client"',
        },
      },
      ...more,
    ],
  });

const quarantine = (at: Places, types: ("Ingress" | "Egress")[]) =>
  calicoPolicy({ name: "quarantine", namespace: at.shop, order: 1, selector: "has(quarantine)", types });

/** Recipes that Kubernetes policies have no word for. */
export const calicoRecipes: readonly Recipe[] = [
  {
    id: "deny-one",
    title: "Keep one caller out",
    aim: "Everybody may call web, only client of neighbours may not. Kubernetes policies cannot say this: they only allow.",
    policy: (at) => withoutClient(at, { action: "Allow" }),
    claims: (at) => [
      closed(at.client, at.web, 8080, "the first rule denies client"),
      open(at.batch, at.web, 8080, "the second rule allows all others"),
      open("internet", at.web, 8080, "the second rule allows all others"),
    ],
    mistake: {
      says: "A Deny alone denies more than it says: whom a policy selects is isolated, and what no rule of the tier allows is denied at its end.",
      policy: (at) => withoutClient(at),
      breaks: 1,
    },
  },
  {
    id: "quarantine",
    title: "Cut a pod off",
    aim: "A pod with the label quarantine is called by nobody and calls nobody, whatever other policies of its namespace allow.",
    policy: (at) => quarantine(at, ["Ingress", "Egress"]),
    claims: (at) => [
      closed(at.web, at.old, 8080, "quarantine (order 1) has no rule, so nothing is let in"),
      closed(at.old, at.web, 8080, "both directions are isolated"),
      open(at.client, at.web, 8080, "web has no such label"),
    ],
    mistake: {
      says: "Without `types` a policy that has no egress rules governs Ingress only: nobody calls the pod, and it still calls whom it likes.",
      policy: (at) => quarantine(at, ["Ingress"]),
      breaks: 1,
    },
  },
  {
    id: "by-account",
    title: "Let an account in, not a label",
    aim: "Only what runs under the ServiceAccount api may call db on 5432. Labels can be put on any pod; accounts can be guarded by RBAC.",
    policy: (at) =>
      calicoPolicy({
        name: "by-account",
        namespace: at.shop,
        selector: 'app == "db"',
        ingress: [
          {
            action: "Allow",
            protocol: "TCP",
            source: { serviceAccounts: { names: ["api"] } },
            destination: { ports: [5432] },
          },
        ],
      }),
    claims: (at) => [
      open(at.api, at.db, 5432, "api runs under the account api"),
      closed(at.web, at.db, 5432, "web runs under the account default"),
      closed(at.client, at.db, 5432, "client runs under an account of another namespace"),
    ],
    mistake: {
      says: "`serviceAccountSelector` of the policy, like `selector`, says whom it guards. The caller's account belongs into the rule's `source`.",
      policy: (at) =>
        calicoPolicy({
          name: "by-account",
          namespace: at.shop,
          serviceAccountSelector: 'projectcalico.org/name == "api"',
          ingress: [{ action: "Allow", protocol: "TCP", destination: { ports: [5432] } }],
        }),
      breaks: 1,
    },
  },
];
