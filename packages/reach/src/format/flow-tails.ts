import type { FlowPart } from "../reach-flows";

/** The text of an answer behind its endpoints, made once. */
export class Tails {
  private readonly texts = new Map<FlowPart, string>();

  of(part: FlowPart): string {
    let text = this.texts.get(part);
    if (text === undefined) this.texts.set(part, (text = JSON.stringify(part).slice(1)));
    return text;
  }
}
