/**
 * `npm run test:gateway`: Envoy Gateway itself, built from its Go module, makes Envoy's routes of what `labs migrate`
 * writes; what they answer is held against the model of Gateway API.
 */
import { answerText } from "../../routing/answer-text";
import { SERVICES, migrated, rows } from "../routing/migrate-cases";
import { edgeRows } from "../routing/migrate-edge-cases";
import { buildEgctl, gatewayClass, removeFolder, tlsSecret, translate } from "./egctl";
import { envoyAnswer } from "./envoy-routes";

const GIVEN = [gatewayClass("c"), ...["n/cert", "n/s", "gw/default"].map(tlsSecret), ...SERVICES];

beforeAll(buildEgctl, 3_600_000);
afterAll(removeFolder);

// A preflight, TLS that goes through and the code of a slash are no matter of routes; egctl makes Services and ports that
// are missing.
const routed = [...rows, ...edgeRows].filter(
  ([what, , , , gateway]) =>
    gateway !== "status 200" &&
    !/^(TLS that goes|ssl-passthrough|the code of a slash|a Service that is not there|a port that takes UDP|without the primary's Service)/.test(
      what,
    ),
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
