// The narrowest rules that would have spared people the same question again and again. An ask beats an allow, so each is a
// pair: an allow, and an exception for the rule that asks. What is suggested was tried: the amended files were loaded, and
// the calls of the past judged by them.

import type { Action, Caller, Decision } from '../../kernel/types.ts';
import { type LoadedPolicy, loadPolicy, PolicyLoadError, type PolicyText } from '../load-policy.ts';
import type { RuleSource } from '../policy-schema.ts';
import { exceptionText, spellRule, withException, withLastRule } from './amend-file.ts';
import { type Approvals, type AskingRule, askedIn, conditionalRules, gatherApprovals, nameOf } from './approved.ts';
import { type Blast, measureBlast, type Trial } from './blast.ts';
import type { Past } from './past-call.ts';
import { type Proposal, proposalsFor } from './proposals.ts';
import type { Looked } from './replay.ts';
import { bareRule, warningsOf, withExamples } from './suggested-source.ts';

/** An exception that a rule needs, and where that rule stands. */
export interface NeededException extends AskingRule {
  readonly path: string;
  readonly line: number;
  readonly run: readonly string[];
  /** False where the rule has exceptions already: these join them, and last as long as those. */
  readonly isFirst: boolean;
  /** The key as it is written into the rule. */
  readonly text: string;
}

/** What people approved, and who and when. */
export type Evidence = Pick<Proposal, 'approvals' | 'by' | 'first' | 'last'>;

/** A rule that takes effect together with its exceptions. */
export interface Suggestion extends Evidence {
  readonly rule: RuleSource;
  /** The rule as it stands in a policy file. */
  readonly text: string;
  /** The files that need the rule: those of the rules that ask. */
  readonly paths: readonly string[];
  readonly exceptions: readonly NeededException[];
  readonly blast: Blast;
  /** What lint says of the rule. */
  readonly warnings: readonly string[];
}

/** What was approved as often, and cannot be opened by a rule. */
export interface Blocked extends Evidence {
  readonly patterns: readonly string[];
  readonly because: string;
}

export interface Suggestions extends Looked, Pick<Approvals, 'conditional' | 'unsuitable'> {
  /** Those that would have allowed nothing that people declined come first. */
  readonly suggestions: readonly Suggestion[];
  readonly blocked: readonly Blocked[];
}

/** How much has to be there, and how long a rule lasts. */
export interface SuggestSettings {
  readonly approvalsMin: number;
  /** Last day of each rule, `2026-12-31`. */
  readonly expires: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const suggestionsMax = 20;

/** Suggests rules for the policy; `past` is gone through twice. */
export async function suggestRules(
  past: () => AsyncIterable<Past>,
  policy: LoadedPolicy,
  settings: SuggestSettings,
): Promise<Suggestions> {
  const { approved, unwanted, ...looked } = await gatherApprovals(past(), policy);
  const proposals = proposalsFor(approved, settings.approvalsMin);
  const made: Made[] = [];
  const blocked: Blocked[] = [];
  for (const proposal of proposals.slice(0, suggestionsMax)) {
    const one = await makeSuggestion(proposal, policy, unwanted, settings, made);
    if ('because' in one) blocked.push({ ...evidenceOf(proposal), ...one });
    else made.push(one);
  }
  await measureBlast(
    past(),
    policy,
    made.map(({ trial }) => trial),
  );
  const suggestions = made.map(({ suggestion, trial }) => ({ ...suggestion, blast: trial.blast }));
  suggestions.sort((a, b) => Number(a.blast.declined > 0) - Number(b.blast.declined > 0));
  return { ...looked, suggestions, blocked };
}

/** What one question was about. */
export interface AskedCall {
  readonly action: Action;
  readonly caller: Caller;
  /** Labels of the files it reads. */
  readonly inputs: readonly string[];
  /** Who would have a rule. */
  readonly by: string;
}

/** The rule that would spare people this one question, however often it was asked. */
export async function suggestFor(
  { action, caller, inputs, by }: AskedCall,
  past: () => AsyncIterable<Past>,
  policy: LoadedPolicy,
  settings: Omit<SuggestSettings, 'approvalsMin'>,
): Promise<Suggestions> {
  const { now } = settings;
  const { approved, unwanted, ...looked } = await gatherApprovals(past(), policy);
  const none: Suggestions = { ...looked, suggestions: [], blocked: [] };
  const moment = { now, used: policy.counted.map(() => 0), inputs };
  const { effects, asking } = askedIn(policy.examine(action, caller, moment).judgement);
  const names = effects.map(nameOf);
  const blocked = (because: string): Suggestions => {
    const patterns = names.map((name, index) => name ?? `${effects[index]?.kind}`);
    return { ...none, blocked: [{ patterns, because, approvals: 0, by: [by], first: now, last: now }] };
  };
  if (asking.length === 0) return blocked('today no rule asks about it');
  if (asking.some(conditionalRules(policy)))
    return blocked('the rules ask only under conditions, such as labels, or show a preview');
  if (names.includes(undefined)) return blocked('a rule would open more than people saw, as with messages and secrets');
  const key = JSON.stringify(names.toSorted());
  const known = approved.find((one) => JSON.stringify(one.effects.map(nameOf).toSorted()) === key);
  const asked = { effects, asking, approvals: 0, by: [by], first: now, last: now, sample: { action, caller, moment } };
  const [proposal] = proposalsFor([known ?? asked], 0);
  const made =
    proposal === undefined
      ? null
      : await makeSuggestion(proposal, policy, unwanted, { ...settings, approvalsMin: 1 }, []);
  if (made === null || proposal === undefined) return blocked('nothing in it can be named');
  if ('because' in made) return { ...none, blocked: [{ ...evidenceOf(proposal), ...made }] };
  await measureBlast(past(), policy, [made.trial]);
  return { ...none, suggestions: [{ ...made.suggestion, blast: made.trial.blast }] };
}

/** The texts of the files with these suggestions in them. */
export function amendedTexts(files: readonly PolicyText[], suggestions: readonly Suggestion[]): readonly PolicyText[] {
  return files.map(({ path, text }) => ({
    path,
    text: suggestions.reduce((before, one) => amend(before, path, one), text),
  }));
}

type Needed = Pick<Suggestion, 'rule' | 'paths' | 'exceptions'>;

function amend(text: string, path: string, { rule, paths, exceptions }: Needed): string {
  const here = exceptions.filter((exception) => exception.path === path);
  const expires = rule.expires ?? '';
  const excepted = here.reduce((before, { rule: name, run }) => withException(before, name, run, expires), text);
  return paths.includes(path) ? withLastRule(excepted, rule) : excepted;
}

const evidenceOf = ({ approvals, by, first, last }: Proposal): Evidence => ({ approvals, by, first, last });

interface Made {
  readonly suggestion: Omit<Suggestion, 'blast'>;
  readonly trial: Trial;
}

type NotMade = Pick<Blocked, 'patterns' | 'because'>;

async function makeSuggestion(
  proposal: Proposal,
  policy: LoadedPolicy,
  unwanted: ReadonlyMap<string, readonly string[]>,
  settings: SuggestSettings,
  others: readonly Made[],
): Promise<Made | NotMade> {
  const patterns = proposal.patterns.map(({ kind, text }) => `${kind}: ${text}`);
  const asking = placesOf(proposal, policy);
  const [first] = asking;
  if (first === undefined) return { patterns, because: 'the rule that asks about it is gone' };
  if (proposal.patterns.some(({ kind }) => kind !== 'run')) {
    const which = asking.map(({ rule, path, line }) => `\`${rule}\` (${path}:${line})`).join(' and ');
    const because = `${which} asks about it, an ask beats an allow, and exceptions are for commands: let the rule list what should ask instead`;
    return { patterns, because };
  }
  const run = proposal.patterns.map(({ text }) => text);
  const taken = [
    ...policy.files.flatMap(({ content }) => content.rules.map(({ id }) => id)),
    ...others.map(({ suggestion }) => suggestion.rule.id),
  ];
  const sources = asking.map(({ source }) => source);
  const bare = bareRule(proposal, sources, taken, settings.expires);
  const tried = await withExamples(bare, proposal, unwanted);
  if (typeof tried === 'string') return { patterns, because: tried };
  const warnings = await warningsOf(tried.source, settings.now);
  if (typeof warnings === 'string') return { patterns, because: warnings };
  const exceptions = asking.map(({ policy: name, rule, path, line, source }) => ({
    policy: name,
    rule,
    path,
    line,
    run,
    isFirst: source.except === undefined,
    text: exceptionText(run, settings.expires),
  }));
  const paths = [...new Set(asking.map(({ path }) => path))];
  const suggestion = {
    ...evidenceOf(proposal),
    rule: tried.source,
    text: spellRule(tried.source),
    paths,
    exceptions,
    warnings,
  };
  const amended = await loadAmended(policy, suggestion);
  if (typeof amended === 'string') return { patterns, because: amended };
  const decisions = proposal.samples.map(({ action, caller, moment }) => amended.decide(action, caller, moment));
  const standing = decisions.find(({ verdict }) => verdict !== 'allow');
  if (standing !== undefined) return { patterns, because: stillStanding(standing) };
  return { suggestion, trial: { rule: tried.rule, policy: amended, blast: noBlast() } };
}

const noBlast = (): Trial['blast'] => ({ calls: 0, approved: 0, declined: 0, unanswered: 0, refused: 0, agents: [] });

interface Place extends AskingRule {
  readonly path: string;
  readonly line: number;
  readonly source: RuleSource;
}

/** Where the rules that ask stand. */
function placesOf({ asking }: Proposal, { files }: LoadedPolicy): readonly Place[] {
  return asking.flatMap(({ policy, rule }) => {
    const file = files.find(({ content }) => content.policy === policy);
    const index = file?.content.rules.findIndex(({ id }) => id === rule) ?? -1;
    const source = file?.content.rules[index];
    if (file === undefined || source === undefined) return [];
    const { line } = file.problemAt(['rules', index, 'id'], '');
    return [{ policy, rule, path: file.path, line, source }];
  });
}

async function loadAmended(policy: LoadedPolicy, needed: Needed): Promise<LoadedPolicy | string> {
  try {
    return await loadPolicy(policy.files.map(({ path, text }) => ({ path, text: amend(text, path, needed) })));
  } catch (error) {
    if (error instanceof PolicyLoadError)
      return `with it the policy does not load: ${error.problems[0]?.what ?? error.message}`;
    throw error;
  }
}

function stillStanding({ verdict, rules, because }: Decision): string {
  const which = rules.filter((rule) => rule.verdict === verdict).map(({ policy, rule }) => `\`${rule}\` (${policy})`);
  if (verdict === 'ask') return `${which.join(' and ')} would still ask about it`;
  return which.length === 0 ? because : `${which.join(' and ')} would deny it`;
}
