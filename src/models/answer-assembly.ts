// Puts an answer together from its fragments, within bounds. Calls are handed out only when the answer is complete, in the
// order in which they began. Arguments that are not JSON stay as the raw text: the passage refuses them, nothing is lost.

import type { Call, ModelEvent, Usage } from '../kernel/types.ts';
import { noUsage } from './one-stop.ts';
import type { ToolNames } from './tool-names.ts';

/** Bytes of text and arguments in one answer. */
const answerBytesMax = 4_194_304;
/** Calls in one answer; a run allows fewer. */
const callsMax = 128;

/** An answer beyond its bounds; the message says which. */
export class AnswerBoundsError extends Error {}

interface CallFragments {
  id: string;
  name: string;
  args: string;
}

export class AnswerAssembly {
  usage: Usage = noUsage;
  readonly #names: ToolNames;
  readonly #calls: CallFragments[] = [];
  readonly #byIndex = new Map<number, CallFragments>();
  #bytesLeft = answerBytesMax;

  constructor(names: ToolNames) {
    this.#names = names;
  }

  get hasCalls(): boolean {
    return this.#calls.length > 0;
  }

  text(text: string): ModelEvent {
    this.#spend(text);
    return { kind: 'text', text };
  }

  /**
   * A fragment of a call. Another id under a used index is another call, because some servers number them all alike; a
   * fragment without an index belongs to the latest call, unless it has an id of its own.
   */
  addToCall(index: number | null, { id, name, args }: Readonly<CallFragments>): void {
    const known = index === null ? this.#calls.at(-1) : this.#byIndex.get(index);
    const isSame = known !== undefined && (id === '' || known.id === '' || known.id === id);
    const call = isSame ? known : this.#begin(index);
    if (call.id === '') call.id = this.#spend(id);
    if (call.name === '') call.name = this.#spend(name);
    call.args += this.#spend(args);
  }

  /** The calls of a finished answer. Where it `wasCut`, the last one keeps its arguments as text unless they are whole. */
  callEvents(wasCut: boolean): readonly ModelEvent[] {
    return this.#calls.map(({ id, name, args }, position) => {
      const isSuspect = wasCut && position === this.#calls.length - 1;
      const call: Call = {
        id: id === '' ? `call_${position + 1}` : id,
        tool: this.#names.fromProvider(name),
        args: parseArguments(args, isSuspect),
      };
      return { kind: 'call', call };
    });
  }

  #begin(index: number | null): CallFragments {
    if (this.#calls.length >= callsMax) throw new AnswerBoundsError(`the answer had more than ${callsMax} calls`);
    const call: CallFragments = { id: '', name: '', args: '' };
    this.#calls.push(call);
    if (index !== null) this.#byIndex.set(index, call);
    return call;
  }

  #spend(text: string): string {
    this.#bytesLeft -= Buffer.byteLength(text);
    if (this.#bytesLeft < 0) throw new AnswerBoundsError(`the answer was longer than ${answerBytesMax} bytes`);
    return text;
  }
}

function parseArguments(text: string, isSuspect: boolean): unknown {
  if (text.trim() === '') return isSuspect ? text : {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A count of tokens as a provider sent it; zero for anything that is not one. */
export const tokenCount = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
