// Calls that lint tries on a rule to see what it really opens: the rule's own compiled patterns answer.

import type { Effect, PathEffect } from '../../kernel/types.ts';
import { classifyCommand } from '../classify/command/classify-command.ts';
import { normalisePath } from '../classify/command/path-words.ts';
import type { CommandPlace } from '../classify/command/place.ts';
import type { Rule } from '../rule.ts';
import { indexRules } from '../rule-index.ts';

const workspace = '/workspace';

/** A workspace in which nothing exists. */
const nowhere: CommandPlace = {
  workspace,
  resolve: async (text, from) => {
    const absolute = normalisePath(text.startsWith('/') ? text : `${from}/${text}`);
    const isInside = absolute === workspace || absolute.startsWith(`${workspace}/`);
    if (!isInside) return { kind: 'outside', path: absolute, absolute };
    return { kind: 'inside', path: absolute.slice(workspace.length + 1) || '.', absolute };
  },
  mayExist: () => false,
  list: async () => [],
};

/** What a command without a shell would do; nothing if it cannot be understood. */
export async function effectsOfWords(argv: readonly string[]): Promise<readonly Effect[]> {
  const read = await classifyCommand({ argv }, nowhere);
  return read.kind === 'understood' ? read.effects : [];
}

/** A file of the workspace that is read or written. */
export const pathEffect = (kind: 'read' | 'write', path: string): PathEffect => ({
  kind,
  path,
  absolute: `${workspace}/${path}`,
  standing: 'own',
});

/** True if the rule has a pattern about the effect: of an allow rule one that opens it, of others one that sees it. */
export function isAbout(rule: Rule, effect: Effect): boolean {
  let isSeen = false;
  indexRules([rule])(effect, () => {
    isSeen = true;
  });
  return isSeen;
}

/** True if the allow rule on its own opens all of it. */
export function opensAll(rule: Rule, effects: readonly Effect[]): boolean {
  const own = effects.filter(({ standing, kind }) => standing === 'own' || kind === 'opaque');
  return rule.verdict === 'allow' && own.length > 0 && own.every((effect) => isAbout(rule, effect));
}
