// Which rules were looked at for one effect, and what each made of it. The decision has the last word: who wins is taken
// from it, the rest is told around it.

import type { Effect } from '../../kernel/types.ts';
import { compileRule } from '../compile-rule.ts';
import { type Circumstances, compileWhen } from '../conditions.ts';
import type { Finding } from '../judge.ts';
import { patternsOf, type WrittenPattern } from '../lint/patterns-of.ts';
import type { LoadedFile } from '../load-policy.ts';
import type { RuleSource } from '../policy-schema.ts';
import type { Rule } from '../rule.ts';
import { indexRules } from '../rule-index.ts';

/**
 * What a rule makes of an effect: it wins, it gives way to a stricter one, one of its conditions does not hold, it excepts
 * the effect, or its patterns do not match although they begin alike.
 */
export type Standing = 'wins' | 'gives-way' | 'not-now' | 'excepted' | 'no-match';

/** One rule that was looked at. */
export interface Looked {
  readonly policy: string;
  readonly rule: string;
  readonly verdict: Rule['verdict'];
  readonly because: string;
  readonly path: string;
  readonly line: number;
  readonly standing: Standing;
  /** The patterns that match, or those that nearly do. */
  readonly patterns: readonly string[];
  /** Why it stands so; empty where that is plain. */
  readonly why: string;
}

const nearMax = 3;

/** The rules of one file about one effect, those that win first. */
export function rulesLookedAt(file: LoadedFile, { effect, about, rules: winning }: Finding): readonly Looked[] {
  const seats = file.layer.rules.flatMap((rule, index) => {
    const source = file.content.rules[index];
    return source === undefined ? [] : [{ rule, source, index }];
  });
  const looked = seats.flatMap(({ rule, source, index }): readonly Looked[] => {
    const won = winning.find(({ reference }) => reference.rule === source.id);
    const told = won === undefined ? standingOf(rule, source, effect, about) : wins(won, rule, source, effect);
    if (told === undefined) return [];
    const { line } = file.problemAt(['rules', index, 'id'], '');
    const { policy, rule: id, because } = rule.reference;
    return [{ policy, rule: id, because, verdict: (won ?? rule).verdict, path: file.path, line, ...told }];
  });
  const near = looked.filter(({ standing }) => standing === 'no-match').slice(0, nearMax);
  const others = looked.filter(({ standing }) => standing !== 'no-match');
  return [...others.filter(isWinning), ...others.filter((one) => !isWinning(one)), ...near];
}

const isWinning = ({ standing }: Looked): boolean => standing === 'wins';

type Told = Pick<Looked, 'standing' | 'patterns' | 'why'>;

function wins(won: Rule, rule: Rule, source: RuleSource, effect: Effect): Told {
  const matching = patternsAbout(source, rule, effect);
  const isUsedUp = won.reference.because !== rule.reference.because;
  const why = isUsedUp
    ? won.reference.because
    : matching.length === 0
      ? 'it opens the file as a word of the command'
      : '';
  return { standing: 'wins', patterns: matching.map(spell), why };
}

function standingOf(rule: Rule, source: RuleSource, effect: Effect, about: Circumstances): Told | undefined {
  const matching = patternsAbout(source, rule, effect).map(spell);
  if (matching.length > 0) {
    if (rule.isException(effect) || rule.isExcused(effect, about.now))
      return { standing: 'excepted', patterns: matching, why: '`except` names it' };
    if (!rule.holds(about))
      return { standing: 'not-now', patterns: matching, why: failing(source, rule, about).join('; ') };
    return { standing: 'gives-way', patterns: matching, why: '' };
  }
  const near = patternsOf(source).filter((pattern) => beginsAlike(pattern, effect));
  return near.length === 0 ? undefined : { standing: 'no-match', patterns: near.slice(0, nearMax).map(spell), why: '' };
}

const spell = ({ kind, text }: WrittenPattern): string => `${kind}: ${text}`;

/** The patterns of the rule that are about the effect, each asked on its own. */
function patternsAbout(source: RuleSource, { verdict }: Rule, effect: Effect): readonly WrittenPattern[] {
  return patternsOf(source).filter(({ kind, text }) => {
    const alone: RuleSource = { id: source.id, because: source.because, [verdict]: { [kind]: [text] } };
    const compiled = compileRule(alone, '', (_keys, what) => ({ path: '', line: 1, column: 1, rule: '', what }));
    if (compiled.kind === 'broken') return false;
    let isSeen = false;
    indexRules([compiled.rule])(effect, () => {
      isSeen = true;
    });
    return isSeen;
  });
}

/** The conditions that do not hold, each with what is the case instead. */
function failing(source: RuleSource, rule: Rule, about: Circumstances): readonly string[] {
  const { caller, inputs, now } = about;
  const is: Readonly<Record<string, string>> = {
    labels: `the labels are ${list([...caller.labels, ...inputs])}`,
    agents: `the agent is \`${caller.agent}\``,
    channels: `the channel is \`${caller.channel}\``,
    senders: `the sender is ${caller.sender === '' ? 'nobody' : `\`${caller.sender}\``}`,
    roles: `the sender's roles are ${list(caller.roles)}`,
    triggers: `the trigger is \`${caller.trigger}\``,
    time: `it is ${new Date(now).toISOString()}`,
  };
  const failed = Object.entries(source.when ?? {})
    .filter(([key, value]) => value !== undefined && !compileWhen({ [key]: value }, rule.verdict)(about))
    .map(([key]) => `\`when.${key}\` does not hold: ${is[key] ?? 'something else is the case'}`);
  if (failed.length > 0) return failed;
  return [source.expires === undefined ? 'its conditions do not hold' : `it expired after ${source.expires}`];
}

const list = (texts: readonly string[]): string =>
  texts.length === 0 ? 'none' : [...new Set(texts)].map((text) => `\`${text}\``).join(', ');

/** True if a pattern that does not match is still worth showing: the same program, the same host, the same first name. */
function beginsAlike({ kind, text }: WrittenPattern, effect: Effect): boolean {
  if (kind !== effect.kind) return false;
  switch (effect.kind) {
    case 'run':
      return effect.argv[0] !== undefined && text.split(' ', 1)[0] === effect.argv[0];
    case 'read':
    case 'write':
      return text.split('/', 1)[0] === effect.path.split('/', 1)[0];
    case 'connect':
      return text.includes(effect.host);
    case 'secret':
    case 'send':
    case 'tool':
    case 'opaque':
      return false;
  }
}
