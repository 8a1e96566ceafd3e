// The examples of a policy file as calls: each as a plain caller would make it, and on an occasion on which the rule it stands
// under has a say.

import { isDeepStrictEqual } from 'node:util';
import type { Action, Effect } from '../../kernel/types.ts';
import { exampleWorkspace, readExample } from '../examples.ts';
import { verdictOf } from '../lint/patterns-of.ts';
import type { LoadedFile } from '../load-policy.ts';
import type { RuleSource } from '../policy-schema.ts';
import { type Occasion, occasionFor, plainOccasion } from './circumstances.ts';

/** One example, ready to be decided. */
export interface ExampleCall extends Occasion {
  readonly action: Action;
  readonly text: string;
}

/** Every example of the files, once for each occasion. */
export async function exampleCalls(files: readonly LoadedFile[]): Promise<readonly ExampleCall[]> {
  const calls = new Map<string, ExampleCall>();
  for (const { content } of files) {
    for (const source of content.rules) {
      const fitting = occasionFor(source, content.applies);
      const occasions = isDeepStrictEqual(fitting, plainOccasion) ? [plainOccasion] : [plainOccasion, fitting];
      for (const { action, text } of await actionsOf(source)) {
        for (const occasion of occasions)
          calls.set(JSON.stringify([text, action.tool, occasion]), { ...occasion, action, text });
      }
    }
  }
  return [...calls.values()];
}

async function actionsOf(source: RuleSource): Promise<readonly Pick<ExampleCall, 'action' | 'text'>[]> {
  const kinds = source[verdictOf(source)] ?? {};
  const actions: Pick<ExampleCall, 'action' | 'text'>[] = [];
  for (const text of [...(source.matches ?? []), ...(source.doesNotMatch ?? [])]) {
    const readings = await readExample(text, kinds);
    // What nobody can read is denied by every policy.
    if (typeof readings === 'string') continue;
    for (const effects of readings) actions.push({ action: actionOf(effects), text });
  }
  return actions;
}

/** The call that has these effects; a tool's name alone is one as well. */
function actionOf(effects: readonly Effect[]): Action {
  const isCommand = effects.some(({ kind }) => kind === 'run' || kind === 'opaque');
  const [first] = effects;
  const name = first?.kind === 'tool' ? first.name : isCommand ? 'exec' : (first?.kind ?? 'exec');
  const toolEffect: Effect = { kind: 'tool', name, standing: first?.kind === 'tool' ? 'own' : 'implied' };
  return {
    tool: name,
    toolVersion: 'example',
    sandbox: isCommand ? 'container' : 'isolate',
    args: {},
    effects: [toolEffect, ...effects.filter(({ kind }) => kind !== 'tool')],
    labels: [],
    script: null,
    workspace: exampleWorkspace,
  };
}
