import pc from "picocolors";
import type { Verdict } from "../reach-model";
import { protocolText } from "../reach-flows";
import type { Walk } from "../walk/hop";

const MARK: Readonly<Record<Verdict, string>> = { allow: "open", deny: "closed", unknown: "unknown" };
const COLOR: Readonly<Record<Verdict, (text: string) => string>> = {
  allow: pc.green,
  deny: pc.red,
  unknown: pc.yellow,
};

/** The way of a packet for people: numbered, a place a line, below it what does it. */
export function walkText(walk: Walk): string {
  const { from, to, ports, verdict, hops, backends = 1 } = walk;
  const head = `${from} → ${to}  ${protocolText(walk)} ${ports}: ${COLOR[verdict](pc.bold(MARK[verdict]))}`;
  const others = backends > 1 ? [pc.dim(`   the way to one of ${backends} backends`)] : [];
  const lines = hops.flatMap(({ at, does, by, verdict: said, unknown }, index) => [
    `${String(index + 1).padStart(2)} ${pc.bold(at)}: ${does}${said === undefined ? "" : `: ${COLOR[said](said)}`}`,
    `   ${pc.dim(by)}`,
    ...(unknown === undefined ? [] : [`   ${pc.yellow("unknown")} ${unknown}`]),
  ]);
  return [head, ...others, ...lines, ""].join("\n");
}
