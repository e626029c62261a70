import { at, type Subject } from "./rule";

/** What the guardrails let pass, each with its reason: the one place to look at, and to make shorter. */
interface ImageException {
  image: string;
  reason: string;
}

const IMAGES: readonly ImageException[] = [
  { image: "calico/star-collect:multiarch", reason: "Calico's stars demo is published under this tag only" },
  { image: "calico/star-probe:multiarch", reason: "Calico's stars demo is published under this tag only" },
  {
    image: "calico/yaobank-customer:multiarch",
    reason: "Calico's bank demo is published under tags of this kind only",
  },
  {
    image: "calico/yaobank-database:multiarch",
    reason: "Calico's bank demo is published under tags of this kind only",
  },
  {
    image: "calico/yaobank-summary:multiarch",
    reason: "Calico's bank demo is published under tags of this kind only",
  },
  {
    image: "public.ecr.aws/l6m2t8p7/docker-2048:latest",
    reason: "the controller's own example has no other tag",
  },
];

/** Why a mutable image is let pass; undefined when it is not. A mirror of the registry changes nothing. */
export function mutableImageReason(image: string): string | undefined {
  const path = (text: string): string => text.replace(/^[^/]*[.:][^/]*\//, "");
  return IMAGES.find((e) => path(e.image) === path(image))?.reason;
}

/** Services whose point is to be public. */
const PUBLIC: readonly { namespace: RegExp; reason: string }[] = [
  { namespace: /^ingress-nginx/, reason: "the ingress controller: TLS ends here" },
  {
    namespace: /^load-balancing|-load-balancing$/,
    reason: "the lab is about load balancers that clients outside reach",
  },
];

/** Why a Service may be public; undefined when it may not. */
export function publicReason(s: Subject): string | undefined {
  const namespace = at(s.props, "metadata.namespace");
  return typeof namespace === "string" ? PUBLIC.find((e) => e.namespace.test(namespace))?.reason : undefined;
}
