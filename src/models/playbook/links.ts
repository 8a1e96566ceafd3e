// Which turns and calls a playbook has and what leads where, so that a load can refuse what can never make sense: a turn
// nothing leads to, a result that cannot exist yet.

import type { Path } from '../../kernel/yaml/yaml-places.ts';
import type { Problems } from './problems.ts';
import type { PlaybookSource, TurnSource } from './schema.ts';

/** Which turns and calls there are, and what leads where. */
export class Links {
  readonly start: string;
  readonly #source: PlaybookSource;
  readonly #problems: Problems;
  readonly #turnOfCall = new Map<string, string>();
  /** For each turn the turns that may come after it, at any distance. */
  readonly #after = new Map<string, ReadonlySet<string>>();

  constructor(source: PlaybookSource, problems: Problems) {
    this.#source = source;
    this.#problems = problems;
    this.start = source.start ?? source.turns[0]?.id ?? '';
    this.#refuseDuplicates();
    const edges = new Map(source.turns.map((turn, index) => [turn.id, this.#edges(turn, index)]));
    if (!edges.has(this.start)) problems.add(['start'], `there is no turn \`${this.start}\``);
    for (const id of edges.keys()) this.#after.set(id, reach(id, edges));
  }

  checkGo(path: Path, id: string): void {
    if (!this.#after.has(id)) this.#problems.add(path, `there is no turn \`${id}\` to go to`);
  }

  /** A call must exist and be made before it is referred to: in an earlier turn or, where `isOver`, in this one. */
  checkCall(path: Path, call: string, turn: string, isOver: boolean): void {
    const madeIn = this.#turnOfCall.get(call);
    if (madeIn === undefined) {
      this.#problems.add(path, `there is no call \`${call}\``);
    } else if (!(isOver && madeIn === turn) && this.#after.get(madeIn)?.has(turn) !== true) {
      this.#problems.add(path, `call \`${call}\` is never made before this; it belongs to turn \`${madeIn}\``);
    }
  }

  refuseUnreachable(): void {
    const reached = this.#after.get(this.start);
    if (reached === undefined) return;
    for (const [index, { id }] of this.#source.turns.entries()) {
      if (id !== this.start && !reached.has(id)) {
        this.#problems.add(['turns', index, 'id'], `nothing leads to turn \`${id}\`; add a \`go\` or remove it`);
      }
    }
  }

  #refuseDuplicates(): void {
    const turns = new Set<string>();
    for (const [index, turn] of this.#source.turns.entries()) {
      if (turns.has(turn.id)) this.#problems.add(['turns', index, 'id'], `turn \`${turn.id}\` is there twice`);
      turns.add(turn.id);
      for (const [position, { id }] of (turn.calls ?? []).entries()) {
        const path = ['turns', index, 'calls', position, 'id'];
        if (id === 'message') this.#problems.add(path, 'a call cannot be named `message`: that is the user message');
        if (this.#turnOfCall.has(id))
          this.#problems.add(path, `call \`${id}\` is there twice; names are for the whole file`);
        this.#turnOfCall.set(id, turn.id);
      }
    }
  }

  #edges(turn: TurnSource, index: number): readonly string[] {
    if (turn.calls === undefined) return [];
    const gone = (turn.next ?? []).map(({ go }) => go);
    const isOpen = (turn.next ?? []).every(({ when }) => when !== undefined);
    const following = this.#source.turns[index + 1]?.id;
    return isOpen && following !== undefined ? [...gone, following] : gone;
  }
}

function reach(from: string, edges: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [...(edges.get(from) ?? [])];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    waiting.push(...(edges.get(id) ?? []));
  }
  return reached;
}
