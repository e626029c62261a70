/**
 * `npm run test:gateway`: Envoy Gateway itself, built from its Go module, makes Envoy's routes of what `labs migrate`
 * writes; what they answer is held against the model of Gateway API.
 */
import { answerText } from "../../routing/answer-text";
import { SERVICES, migrated, rows } from "../routing/migrate-cases";
import { buildEgctl, gatewayClass, removeFolder, tlsSecret, translate } from "./egctl";
import { envoyAnswer } from "./envoy-routes";

const GIVEN = [gatewayClass("c"), ...["n/cert", "n/s", "gw/default"].map(tlsSecret), ...SERVICES];

beforeAll(buildEgctl, 3_600_000);
afterAll(removeFolder);

// A preflight and TLS that goes through are no matter of routes, and egctl makes Services that are missing.
const routed = rows.filter(
  ([what, , , , gateway]) =>
    gateway !== "status 200" && !/^(TLS that goes|a Service that is not there)/.test(what),
);

test.each(routed)(
  "%s",
  async (what, ingresses, text) => {
    const { objects, requests } = migrated(ingresses, text);
    const [asked] = requests;
    const configs = await translate(what, [...GIVEN, ...objects]);
    const url = (t: string): string => t.replace(/^(redirect https?:\/\/[^/]+)$/, "$1/");
    expect(url(envoyAnswer(configs, objects, asked!.request))).toBe(url(answerText(asked!.answers.gateway)));
  },
  60_000,
);
