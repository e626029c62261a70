import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { awsNetwork, ranges } from "./concepts/address-pictures";
import { callOrder, chains, encapsulationChoice, installations, mesh } from "./concepts/cluster-pictures";
import { loadBalancers, routes, services } from "./concepts/entry-pictures";
import { directions, flatNetwork, policyOrder } from "./concepts/flow-pictures";
import { generate } from "./pages";

/** docs/concepts: the text is written by hand, the picture between the two comments is drawn here. */

const pictures: Readonly<Record<string, () => string>> = {
  "network-model": flatNetwork,
  "cni-and-ipam": callOrder,
  chains,
  "overlays-and-routing": encapsulationChoice,
  policies: policyOrder,
  "north-south-east-west": directions,
  encryption: mesh,
  "services-and-nat": services,
  "ingress-and-gateway": routes,
  "aws-load-balancers": loadBalancers,
  "aws-network": awsNetwork,
  "installing-calico": installations,
  glossary: ranges,
};

const [START, END] = ["<!-- picture: npm run docs -->", "<!-- end of picture -->"];
const folder = resolve(__dirname, "../concepts");

function illustrated(name: string): string {
  const draw = pictures[name];
  if (draw === undefined)
    throw new Error(`docs/concepts/${name}.md has no picture in docs/generate/concepts.ts`);
  const [before, rest, again] = readFileSync(resolve(folder, `${name}.md`), "utf8").split(START);
  const [, after, more] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined || again !== undefined || more !== undefined)
    throw new Error(`docs/concepts/${name}.md must have "${START}" and "${END}" once, in this order`);
  return [before + START, "", draw(), "", END + after].join("\n");
}

const names = readdirSync(folder)
  .map((file) => file.replace(/\.md$/, ""))
  .filter((name) => name !== "README");
const pageless = Object.keys(pictures).filter((name) => !names.includes(name));
if (pageless.length > 0) throw new Error(`pictures without a page: ${pageless.join(", ")}`);

generate(Object.fromEntries(names.map((n) => [`docs/concepts/${n}.md`, illustrated(n)])), {
  from: "the project's own data",
  command: "npm run docs",
});
