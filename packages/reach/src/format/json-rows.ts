import { groupAnswers, insiders, partFilter } from "../connectivity";
import type { Group } from "../endpoint-groups";
import type { FlowPart } from "../reach-flows";
import type { Endpoint } from "../reach-model";
import type { State } from "../reach-state";
import { Tails } from "./flow-tails";
import { closing, flowsJson, opening } from "./flows-json";

/**
 * The listing of `flowsJson` as pieces to be written one by one: bytes are only good until the next piece is asked for.
 * Senders that no policy tells apart have rows that differ by the sender's name alone, so a row is made once for its
 * group and only the name in it is replaced. Rows stand by group.
 */
export function* jsonPieces(
  state: State,
  options: { readonly all: boolean },
): Generator<string | Uint8Array> {
  const answers = groupAnswers(state);
  if (answers === undefined) {
    yield* flowsJson(state, options);
    return;
  }
  yield opening(state);
  let first = true;
  for (const [row, from] of rows(state, answers, options.all)) {
    for (const bytes of row.of(from)) {
      // The second part of a row goes on where the first has ended.
      if (bytes.start) yield first ? "\n" : ",\n";
      yield bytes.bytes;
      first = false;
    }
  }
  yield closing(state, first);
}

function* rows(
  state: State,
  answers: NonNullable<ReturnType<typeof groupAnswers>>,
  all: boolean,
): Generator<[Row, Endpoint]> {
  const { groupOf } = answers;
  const tails = new Tails();
  const wanted = partFilter(all);
  const inside = insiders(state);
  const senders = new Map<Group, Endpoint[]>();
  for (const from of [...inside, ...state.outside]) {
    const group = groupOf.get(from);
    if (group === undefined) continue;
    const list = senders.get(group);
    if (list === undefined) senders.set(group, [from]);
    else list.push(from);
  }
  for (const [group, members] of senders) {
    const outside = group.view.endpoint.type === "outside";
    const row = new Row(outside ? inside : [...inside, ...state.outside], tails, (to) => {
      const other = groupOf.get(to);
      return other === undefined ? [] : wanted(answers.pair(group, other));
    });
    for (const from of members) yield [row, from];
  }
}

const BEFORE_NAME = '{"from":';
const BETWEEN = ",\n";

const STRETCH = 256;

/** Where rows are made, one after the other. */
let scratch = Buffer.alloc(0);

/** The flows from any sender of a group. */
class Row {
  private readonly texts: string[] = [];
  /** Where each receiver's flows stand. */
  private readonly spans = new Map<Endpoint, readonly [start: number, end: number]>();
  /** The whole row for names of one length, and where the name stands in each flow. */
  private made: { length: number; bytes: Buffer; names: Int32Array } | undefined;

  constructor(receivers: readonly Endpoint[], tails: Tails, parts: (to: Endpoint) => readonly FlowPart[]) {
    for (const to of receivers) {
      const start = this.texts.length;
      const head = `,"to":${JSON.stringify(to.name)},`;
      for (const part of parts(to)) this.texts.push(head + tails.of(part));
      if (this.texts.length > start) this.spans.set(to, [start, this.texts.length]);
    }
  }

  /** The row of one sender; to itself nothing goes unless it stands for several pods. */
  of(from: Endpoint): { bytes: Uint8Array; start: boolean }[] {
    if (this.texts.length === 0) return [];
    const name = Buffer.from(JSON.stringify(from.name));
    if (this.made?.length !== name.length) this.made = this.make(name.length);
    const { bytes, names } = this.made;
    for (const at of names) bytes.set(name, at);
    const span = this.spans.get(from);
    if (span === undefined || from.several === true) return [{ bytes, start: true }];
    const [start, end] = span;
    const at = (flow: number): number => (names[flow] ?? bytes.length) - BEFORE_NAME.length;
    const parts: { bytes: Uint8Array; start: boolean }[] = [];
    if (start > 0) parts.push({ bytes: bytes.subarray(0, at(start) - BETWEEN.length), start: true });
    if (end < names.length)
      parts.push({ bytes: bytes.subarray(at(end) - (start > 0 ? BETWEEN.length : 0)), start: start === 0 });
    return parts;
  }

  private make(length: number): { length: number; bytes: Buffer; names: Int32Array } {
    // JSON holds no zero byte, so these are where names belong.
    const sender = BEFORE_NAME + "\u0000".repeat(length);
    let size = 0;
    // In stretches: strings of megabytes would fill the heap.
    for (let i = 0; i < this.texts.length; i += STRETCH) {
      const stretch = this.texts.slice(i, i + STRETCH);
      const text = (i === 0 ? "" : BETWEEN) + sender + stretch.join(BETWEEN + sender);
      // No character needs more than three bytes.
      const room = size + text.length * 3;
      if (scratch.length < room) scratch = Buffer.concat([scratch.subarray(0, size)], room * 2);
      size += scratch.write(text, size);
    }
    const bytes = scratch.subarray(0, size);
    const names = new Int32Array(this.texts.length);
    for (let flow = 0, at = 0; flow < names.length; flow++, at += length) {
      at = bytes.indexOf(0, at);
      names[flow] = at;
    }
    return { length, bytes, names };
  }
}
