/**
 * `npm run test:gateway`: what Envoy Gateway makes of the routes that labs register, against the answers that are foretold
 * and claimed.
 */
import { answerText } from "../../routing/answer-text";
import { labAt, type RequestClaim } from "../../labs/model";
import { claimsOf } from "../../labs/prediction/claims";
import { answerRequest, siteFor } from "../../labs/prediction/requests";
import { buildEgctl, removeFolder, translate } from "./egctl";
import { envoyAnswer } from "./envoy-routes";
import { atGateway, givenAt, steps } from "./lab-steps";

beforeAll(buildEgctl, 3_600_000);
afterAll(removeFolder);

test.each(steps)(
  "%s",
  async (title, lab, step) => {
    const at = atGateway(lab, step);
    const { context } = at;
    const { all, given } = givenAt(at);
    const configs = await translate(title, given);
    const claims = claimsOf(at).filter((c): c is RequestClaim => c.kind === "request");
    for (const claim of claims) {
      const { gateway, kind } = siteFor(context, claim);
      if (kind !== "gateway" || gateway === undefined) continue;
      const own = configs.filter((c) => c.name.startsWith(`${gateway.namespace}/${gateway.name}/`));
      const foretold = answerText(answerRequest(labAt(at).objects, context, claim).answer);
      expect([claim.path, envoyAnswer(own, all, claim)]).toEqual([claim.path, foretold]);
    }
  },
  60_000,
);
