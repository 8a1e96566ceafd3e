// What an approval may cover beyond the one call it was asked for. Without a pattern that is the same action, byte for byte.
// With one it is the same action but for further words behind those of its one command: everything else of it, what it may
// reach, which rules ask and who may answer stay as they were shown.

import { canonicalJson, digestOf } from '../../kernel/canonical.ts';
import { quoted } from '../../kernel/describe.ts';
import type { StandingReach } from '../../kernel/store.ts';
import type { Caller, JsonObject, Question, RunEffect, SealedAction } from '../../kernel/types.ts';

/** Why the approval of an action cannot be used again, or ''. */
export function whyOnlyOnce({ changes, decision }: SealedAction): string {
  if (changes !== null) return 'what its preview changed is different each time';
  return decision.terms.stepUp === 'none' ? '' : 'the rule wants every call proven anew';
}

/** The words of the pattern that could be offered: those of its one command. Null if there is none. */
export function patternWords(sealed: SealedAction): readonly string[] | null {
  const { effects, args } = sealed.action;
  const own = effects.filter(({ standing }) => standing === 'own');
  const [effect] = own;
  const isCommand = Object.hasOwn(args, 'command') || Object.hasOwn(args, 'argv');
  if (whyOnlyOnce(sealed) !== '' || own.length !== 1 || effect?.kind !== 'run' || !isCommand) return null;
  if (effect.assignments.length > 0) return null;
  return effect.argv;
}

/** The line of a question that shows its pattern; without it there is nothing to accept. */
export const patternLine = (words: readonly string[]): string =>
  `pattern 1 is: ${words.map(quoted).join(' ')} *  (these words, then any others; all the rest as shown here)`;

/** What an approval of this question reaches; `isPattern` if the pattern was accepted. */
export function reachOf({ sealed, caller }: Pick<Question, 'sealed' | 'caller'>, isPattern: boolean): StandingReach {
  const words = isPattern ? (patternWords(sealed) ?? []) : [];
  const { agent, session, requestedBy, sender, channel, labels } = caller;
  return {
    digest: sealed.digest,
    family: words.length === 0 ? '' : familyOf(sealed, caller),
    words,
    caller: { agent, session, requestedBy, sender, channel, labels },
    inputs: sealed.inputs,
  };
}

/** Whether a later question is within reach. */
export function isWithin(reach: StandingReach, { sealed, caller }: Pick<Question, 'sealed' | 'caller'>): boolean {
  const { labels, ...who } = reach.caller;
  const isSameCaller = Object.entries(who).every(([key, value]) => Reflect.get(caller, key) === value);
  const isClean =
    caller.labels.every((label) => labels.includes(label)) &&
    sealed.inputs.every((label) => reach.inputs.includes(label));
  if (!isSameCaller || !isClean || whyOnlyOnce(sealed) !== '') return false;
  if (sealed.digest === reach.digest) return true;
  const words = patternWords(sealed);
  if (reach.words.length === 0 || words === null) return false;
  return reach.words.every((word, index) => word === words[index]) && familyOf(sealed, caller) === reach.family;
}

/** Everything that the digest of an action covers, but for the words of its command. */
function familyOf({ action, decision, contents }: SealedAction, { agent, session }: Caller): string {
  const { tool, toolVersion, sandbox, script, workspace, effects } = action;
  const others = effects.filter(({ kind, standing }) => kind !== 'run' || standing !== 'own');
  const run = effects.find((effect): effect is RunEffect => effect.kind === 'run' && effect.standing === 'own');
  return digestOf({
    ...{ tool, toolVersion, sandbox, script, workspace, agent, session, contents },
    args: withoutCommand(action.args),
    effects: others.map((effect) => canonicalJson(effect)).sort(),
    outside: run?.outside ?? [],
    assignments: run?.assignments ?? [],
    verdict: decision.verdict,
    rules: decision.rules,
    grants: decision.grants,
    terms: decision.terms,
    labels: decision.labels,
    preview: decision.preview,
    policy: decision.policyDigest,
  });
}

function withoutCommand({ command: _text, argv: _words, ...rest }: JsonObject): object {
  return rest;
}
