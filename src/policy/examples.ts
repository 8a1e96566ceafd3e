// Runs the examples of a rule when its file loads, so that a rule which does not mean what its author thought never takes
// part. An example matches if the rule on its own would decide it: an allow rule must open all that needs a rule, an ask
// rule must open and a deny rule must see any part of it. Conditions (`when`) are left out.

import { normalize } from 'node:path';
import { compileHostPattern } from '../kernel/host-patterns.ts';
import type { Effect } from '../kernel/types.ts';
import { classifyCommand } from './classify/command/classify-command.ts';
import type { CommandPlace } from './classify/command/place.ts';
import { classifyUrl } from './classify/host.ts';
import type { EffectPatterns, RuleSource } from './policy-schema.ts';
import type { Problem, ProblemAt } from './read-policy-file.ts';
import type { Rule } from './rule.ts';
import { indexRules, type RuleIndex } from './rule-index.ts';

/** An example workspace in which nothing exists and no symlink leads anywhere. */
export const exampleWorkspace = '/workspace';

const place: CommandPlace = {
  workspace: exampleWorkspace,
  resolve: async (text, from) => {
    const absolute = normalize(text.startsWith('/') ? text : `${from}/${text}`).replace(/(?<=.)\/$/, '');
    const isInside = absolute === exampleWorkspace || absolute.startsWith(`${exampleWorkspace}/`);
    if (!isInside) return { kind: 'outside', path: absolute, absolute };
    return { kind: 'inside', path: absolute.slice(exampleWorkspace.length + 1) || '.', absolute };
  },
  mayExist: () => false,
  list: async () => [],
};

/** The examples that do not hold, as problems. */
export async function exampleProblems(
  source: RuleSource,
  rule: Rule,
  problemAt: ProblemAt,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const kinds = source[rule.verdict] ?? {};
  const find = indexRules([rule]);
  for (const key of ['matches', 'doesNotMatch'] as const) {
    for (const [index, text] of (source[key] ?? []).entries()) {
      const readings = await readExample(text, kinds);
      const say = (what: string) =>
        problems.push(problemAt([key, index], `example ${index + 1} of \`${key}\`, \`${text}\`, ${what}`));
      if (typeof readings === 'string') {
        // What nobody can read, no rule matches.
        if (key === 'matches') say(`cannot be read: ${readings}`);
        continue;
      }
      const doesMatch = readings.some((effects) => matches(rule, find, effects));
      if (key === 'matches' && !doesMatch) say('does not match; correct the pattern or the example');
      if (key === 'doesNotMatch' && doesMatch) say('matches; make the pattern narrower or remove the example');
    }
  }
  return problems;
}

function matches(rule: Rule, find: RuleIndex, effects: readonly Effect[]): boolean {
  const sees = (effect: Effect) => {
    let isSeen = false;
    find(effect, (_rule, opens) => {
      isSeen ||= opens || rule.verdict === 'deny';
    });
    return isSeen;
  };
  if (rule.verdict !== 'allow') return effects.some(sees);
  const own = effects.filter((effect) => effect.standing === 'own' || effect.kind === 'opaque');
  return own.length > 0 && own.every(sees);
}

/** The effects an example may mean, one list for each kind the rule names; or why it cannot be read. */
export async function readExample(
  text: string,
  kinds: EffectPatterns,
): Promise<readonly (readonly Effect[])[] | string> {
  if (kinds.run !== undefined) {
    const read = await classifyCommand({ command: text }, place);
    return read.kind === 'unclear' ? read.because : [read.effects];
  }
  const readings: Effect[][] = [];
  const standing = 'own';
  if (kinds.read !== undefined || kinds.write !== undefined) {
    const found = await place.resolve(text, exampleWorkspace);
    if (found.kind === 'unclear') return found.because;
    const { path, absolute } = found;
    if (kinds.read !== undefined) readings.push([{ kind: 'read', path, absolute, standing }]);
    if (kinds.write !== undefined) readings.push([{ kind: 'write', path, absolute, standing }]);
  }
  if (kinds.connect !== undefined) {
    const effect = readConnection(text);
    if (typeof effect !== 'string') readings.push([effect]);
    else if (Object.keys(kinds).length === 1) return effect;
  }
  if (kinds.secret !== undefined) readings.push([{ kind: 'secret', name: text, standing }]);
  if (kinds.tool !== undefined) readings.push([{ kind: 'tool', name: text, standing }]);
  if (kinds.opaque !== undefined) readings.push([{ kind: 'opaque', text, why: 'it is an example', standing }]);
  if (kinds.send !== undefined) {
    const [channel = '', ...target] = text.split(' ');
    readings.push([{ kind: 'send', channel, target: target.join(' '), standing }]);
  }
  return readings;
}

/** The connection that `host`, `host:port`, a URL, or a method and a URL mean; or why it is none. */
export function readConnection(text: string): Effect | string {
  const [, method, rest = ''] = /^(?:([A-Z]+) +)?(.*)$/.exec(text) ?? [];
  if (/^https?:\/\//i.test(rest)) {
    const found = classifyUrl(rest);
    if (found.kind === 'unclear') return found.because;
    return { ...found, method: method ?? 'GET', standing: 'own' };
  }
  const host = compileHostPattern(text);
  if (host?.kind !== 'host') return 'it is neither a host nor a URL';
  const port = host.port === 0 ? 443 : host.port;
  return { kind: 'connect', host: host.host, port, method: 'CONNECT', url: '', standing: 'own' };
}
