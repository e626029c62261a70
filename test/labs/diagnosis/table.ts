import { calicoMistakes } from "./table-calico";
import { gatewayMistakes } from "./table-gateway";
import { serviceMistakes } from "./table-services";
import { starsMistakes } from "./table-stars";
import { yaobankMistakes } from "./table-yaobank";

/** One mistake of one kind each, with what the first hint must name. */
export const mistakes = [
  ...starsMistakes,
  ...yaobankMistakes,
  ...calicoMistakes,
  ...serviceMistakes,
  ...gatewayMistakes,
];
