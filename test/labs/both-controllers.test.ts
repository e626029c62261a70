import { labs } from "../../labs/index";
import type { RequestClaim } from "../../labs/model";
import { claimsOf } from "../../labs/prediction/claims";
import { LabStates } from "../../labs/prediction/lab-states";
import { migrate } from "../../routing/migrate/migrate";
import { facts } from "../support/facts";
import { selectionOf } from "./proof";

const options = {
  className: "labs",
  gatewayClass: "c",
  gateway: { namespace: "gw", name: "g" },
  defaultCertificate: "gw/d",
};
const steps = labs
  .filter((lab) => lab.needs.ingress === true && lab.needs.gateway !== true)
  .flatMap((lab) => lab.steps.map((s, i) => [`${lab.id}, step ${s.id}`, lab, i] as const));

/** What nginx does and a Gateway does not, by request. */
const COOKIE = /^\/: (.*), \1: canary-by-cookie beta: .*not every Gateway takes/;
const DIFFERENT: Record<string, readonly RegExp[]> = {
  "ingress-routing, step rewrite": [/^\/PAY: .*status 404: .*without case/],
  "boutique, step canary-cookie": [COOKIE, COOKIE, COOKIE],
};

test.each(steps)(
  "a Gateway answers what the lab claims of nginx, or it is listed why not: %s",
  (name, lab, step) => {
    const states = new LabStates(selectionOf(lab, step, facts));
    const requests = claimsOf(states.selection).filter((c): c is RequestClaim => c.kind === "request");
    const judged = migrate(states.at(step).objects, { ...options, ask: requests }).requests;
    const different = judged.filter((j) => j.verdict !== "same");
    expect(different.map((j) => `${j.request.path}: ${j.nginx}, ${j.gateway}: ${j.reason ?? ""}`)).toEqual(
      (DIFFERENT[name] ?? []).map((reason) => expect.stringMatching(reason) as string),
    );
  },
);
