/**
 * Who reaches whom: connectivity by Kubernetes and Calico policies, computed from the objects themselves, before
 * anything runs. `load` objects (or `readObjects` from files), then ask: `connectivity` for all pairs as a stream,
 * `explain` for one flow, `diff` for two states, `exposure` for the outside. Everything is plain data in and out.
 */
import type { KubeObject } from "../../../kube/objects";

export type { KubeObject };
export { parseNet } from "../../../kube/ip";
export { UNKNOWN, isUnknown } from "./selector";
export { answers, connectivity, pairs, pairwise, type PairFlows } from "./connectivity";
export {
  API_SERVER,
  CORE_DNS,
  ambientNamespace,
  ambientNode,
  ambientWorkload,
  type AmbientWorkload,
} from "./ambient";
export { diff, type Change, type Difference } from "./state-diff";
export { explain } from "./explain";
export { walk } from "./walk/walk";
export type { Hop, Walk } from "./walk/hop";
export { walkText } from "./format/walk-text";
export { fixFlow, type FlowFix } from "./fix/flow-fix";
export { fixJson, fixText } from "./format/fix-text";
export { at as valueAt, isMap, listAt, pathText, valueText, withAt, type Path } from "./fix/object-paths";
export { flowText as wrongFlowText } from "./fix/flow-words";
export { flowCheck, flowsOf } from "./fix/checks";
export type { Check, Edit, Fix, FixCause, SearchTask, WrongFlow } from "./fix/fix-model";
export { edited, searchFixes } from "./fix/search-fixes";
export { differences, isNameless, meaning, templateEdits } from "./fix/template-edits";
export type { Question } from "./traced-flow";
export { exposure, type Exposure } from "./exposure";
export type { Facts } from "./facts";
export { readFiles, readObjects, type ReadObjects } from "./files/read-objects";
export { checkIntents, readIntents, type Checked, type Intent } from "./intents";
export { because } from "./format/deciding-side";
export { intentOutcome, intentsText, intentTitle, requestText } from "./format/intents-report";
export { unused, type Unused } from "./unused-rules";
export type { Flow, FlowPart, Remark } from "./reach-flows";
export { dotLines } from "./format/flows-dot";
export { diffJson, flowsJson, workloadList, type WorkloadInfo } from "./format/flows-json";
export { diffMarkdown, flowsMarkdown, flowTable } from "./format/flows-markdown";
export { diffText, exposureText, flowText, flowsText } from "./format/flows-text";
export type { SourceObject } from "./input/source-object";
export type { PairParts } from "./matrix";
export { openProtocols, openPorts } from "./open-parts";
export { formatPorts, intersect, isEmpty, subtract, type PortSet } from "./port-sets";
export {
  PROTOCOLS,
  protocolName,
  type HttpRequest,
  type Decision,
  type Direction,
  type Endpoint,
  type Verdict,
} from "./reach-model";
export { load, State } from "./reach-state";
