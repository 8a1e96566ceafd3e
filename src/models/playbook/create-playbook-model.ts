// A model that reads from a playbook. It keeps no state: every request is answered from the conversation alone, and the
// same conversation always gets the same answer.

import type { Model, ModelRequest } from '../../kernel/ports.ts';
import type { Call, ModelEvent } from '../../kernel/types.ts';
import { holds } from './condition.ts';
import type { Playbook, Turn } from './playbook.ts';
import { callIdOf, type Position, positionIn } from './position.ts';
import { Budget, RenderError, renderArgument, renderText } from './render.ts';
import type { Template } from './template.ts';

/** Characters of text and arguments in one turn. */
const charactersMax = 1_048_576;

/** The playbook as a model. */
export function createPlaybookModel(playbook: Playbook): Model {
  return {
    name: `playbook:${playbook.name}`,
    async *stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent> {
      for (const event of answer(playbook, request)) {
        if (signal.aborted) {
          yield stop('error', 'the model was stopped before it had finished');
          return;
        }
        yield event;
      }
    },
  };
}

/** One step in the script: a turn, its attempt, and what opens it. */
interface Step {
  readonly turn: Turn;
  readonly attempt: number;
  readonly opening: Template;
}

type Found = Extract<Position, { kind: 'found' }>;

function answer(playbook: Playbook, request: ModelRequest): readonly ModelEvent[] {
  const position = positionIn(playbook, request.messages);
  if (position.kind === 'lost') return [failure(playbook, position.because)];
  const standing = position.last?.turn ?? playbook.start;
  if (position.taken >= playbook.turnsMax) {
    return [
      failure(
        playbook,
        `it took ${position.taken} turns, the most its \`turnsMax\` allows, and is now at turn \`${standing.id}\``,
      ),
    ];
  }
  let at = `after turn \`${standing.id}\``;
  try {
    const step = stepAfter(position, playbook);
    at = `turn \`${step.turn.id}\``;
    return perform(step, position);
  } catch (error) {
    if (error instanceof RenderError) return [failure(playbook, `${at}: ${error.message}`)];
    return [failure(playbook, `${at}: it could not be worked out: ${String(error)}`)];
  }
}

function stepAfter({ last, scope }: Found, playbook: Playbook): Step {
  if (last === null) return { turn: playbook.start, attempt: 1, opening: { parts: [] } };
  const { retry } = last.turn;
  if (retry !== null && last.attempt <= retry.times && holds(retry.when, scope, charactersMax)) {
    return { turn: last.turn, attempt: last.attempt + 1, opening: retry.say };
  }
  const branch = last.turn.next.find(({ when }) => holds(when, scope, charactersMax));
  const turn = branch === undefined ? undefined : playbook.turns.get(branch.go);
  if (branch === undefined || turn === undefined) throw new RenderError('nothing follows it');
  return { turn, attempt: 1, opening: branch.say };
}

function perform({ turn, attempt, opening }: Step, { scope, nextStep }: Found): readonly ModelEvent[] {
  const budget = new Budget(charactersMax);
  const text = [opening, turn.say]
    .map((part) => renderText(part, scope, budget).trimEnd())
    .filter((part) => part !== '');
  const calls = turn.calls.map((planned): Call => {
    const place = { step: nextStep, turn: turn.id, attempt, call: planned.id };
    return { id: callIdOf(place), tool: planned.tool, args: renderArgument(planned.args, scope, budget) };
  });
  return [
    ...(text.length > 0 ? [{ kind: 'text', text: text.join('\n\n') } as const] : []),
    ...calls.map((call) => ({ kind: 'call', call }) as const),
    calls.length > 0
      ? stop('calls', `turn \`${turn.id}\` proposes ${calls.length} ${calls.length === 1 ? 'call' : 'calls'}`)
      : stop('done', `turn \`${turn.id}\` is the last word`),
  ];
}

const failure = (playbook: Playbook, because: string): ModelEvent =>
  stop('error', `playbook \`${playbook.name}\`: ${because}`);

/** A script uses no tokens. */
const stop = (reason: 'done' | 'calls' | 'error', because: string): ModelEvent => ({
  kind: 'stop',
  reason,
  because,
  usage: { inputTokens: 0, outputTokens: 0 },
});
