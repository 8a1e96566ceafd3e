// The decision about one action: pure, no I/O, no clock, no order. The strictest verdict wins over all effects, rules and
// layers; what no rule opens is denied; whatever goes wrong in here is a denial too.

import { describeEffect } from '../kernel/describe.ts';
import { defaultApprovalTerms, noGrants } from '../kernel/limits.ts';
import type { Policy } from '../kernel/ports.ts';
import type { Action, Caller, Decision, Effect, MatchedRule, Moment, RuleReference } from '../kernel/types.ts';
import { prepareClosedConnections } from './closed-connections.ts';
import { prepareClosedPaths } from './closed-paths.ts';
import { combineTerms } from './combine-terms.ts';
import type { Circumstances } from './conditions.ts';
import { type FindClosed, grantsOf, imagesOf } from './grants.ts';
import { type IndexedLayer, type Judgement, judge, privateLabel, strictness, untrustedLabel } from './judge.ts';
import type { Layer, Rule } from './rule.ts';
import { indexRules } from './rule-index.ts';
import { findUsedUp, useLimitsOf } from './used-up.ts';

/** A policy whose layers can be looked into. */
export interface LayeredPolicy extends Policy {
  readonly layers: readonly Layer[];
  /** The decision together with what led to it. Throws where `decide` would deny because something went wrong. */
  examine(action: Action, caller: Caller, moment: Moment): Examination;
}

/** A decision, and all that was looked at. */
export interface Examination {
  readonly decision: Decision;
  readonly judgement: Judgement;
  /** The layers that are about the caller. */
  readonly layers: readonly IndexedLayer[];
}

/** What is worked out once for all decisions. */
interface Prepared {
  readonly digest: string;
  readonly indexed: readonly IndexedLayer[];
  readonly findClosed: FindClosed;
  /** Rules with `atMost`, in the order of the policy's `counted`. */
  readonly counted: readonly Rule[];
  readonly budgeted: readonly Rule[];
}

/** The policy that these layers make. `digest` names their content, whatever the order they came in. */
export function createPolicy(
  layers: readonly Layer[],
  digest: string,
  privateDirectories: readonly string[],
): LayeredPolicy {
  const rules = layers.flatMap((layer) => layer.rules);
  const prepared: Prepared = {
    digest,
    indexed: layers.map((layer) => ({ layer, find: indexRules(layer.rules) })),
    findClosed: {
      paths: prepareClosedPaths(layers, privateDirectories),
      connections: prepareClosedConnections(layers),
    },
    counted: rules.filter(({ bounds }) => bounds.atMost !== null),
    budgeted: rules.filter(({ bounds }) => bounds.budget !== null),
  };
  return Object.freeze({
    digest,
    layers,
    counted: Object.freeze(prepared.counted.flatMap(useLimitsOf)),
    decide(action: Action, caller: Caller, moment: Moment): Decision {
      try {
        return examine(action, caller, moment, prepared).decision;
      } catch (error) {
        const why = error instanceof Error ? error.message : 'something unknown went wrong';
        return denial(`the policy could not judge this call, so it is denied: ${why}`, [], [], digest);
      }
    },
    examine: (action: Action, caller: Caller, moment: Moment) => examine(action, caller, moment, prepared),
  });
}

function examine(action: Action, caller: Caller, moment: Moment, prepared: Prepared): Examination {
  const { indexed, counted, budgeted } = prepared;
  const about = { caller, now: moment.now, inputs: moment.inputs };
  const layers = indexed.filter(({ layer }) => layer.applies(about));
  const judgement = judge(action, about, layers, findUsedUp(counted, budgeted, caller, moment));
  return { decision: decide(action, about, judgement, layers, prepared), judgement, layers };
}

function decide(
  action: Action,
  about: Circumstances,
  judgement: Judgement,
  layers: readonly IndexedLayer[],
  { digest: policyDigest, findClosed, counted }: Prepared,
): Decision {
  const rules = [...new Set([...judgement.winners.values()].flatMap((won) => [...won]))].sort(byStrictness);
  const matched = matchedRules(judgement);
  const deny = (because: string, by: readonly Rule[]) => denial(because, by, matched, policyDigest);
  if (judgement.verdict === 'deny') return deny(becauseDenied(judgement), rules.filter(isDeny));
  const terms = combineTerms(rules.filter(({ verdict }) => verdict === 'ask').map((rule) => rule.terms));
  if (terms === undefined) return deny(becauseNobody(rules), rules);
  const images = imagesOf(action, judgement);
  if (images.length > 1) return deny(becauseImages(action, images), rules);
  return {
    verdict: judgement.verdict,
    because: rules[0]?.reference.because ?? 'allowed',
    rules: rules.map(({ reference }) => reference),
    matched,
    grants: grantsOf(action, about, layers, judgement, findClosed),
    terms,
    labels: labelsOf(action, about, judgement, rules),
    uses: counted.filter((rule) => rules.includes(rule)).flatMap(useLimitsOf),
    preview: judgement.verdict === 'ask' && rules.some((rule) => rule.preview),
    policyDigest,
  };
}

/**
 * What the result carries: labels of the tool, of what the action reads and of the rules, `private` with a secret, and
 * `untrusted` with anything that came over a connection.
 */
function labelsOf(
  { labels, effects }: Action,
  { inputs }: Circumstances,
  { brought, secrets }: Judgement,
  rules: readonly Rule[],
): readonly string[] {
  const ofRules = [...rules, ...brought.map(({ rule }) => rule)].flatMap((rule) => rule.labels);
  const ofSecrets = secrets.length > 0 ? [privateLabel] : [];
  const ofNetwork = effects.some(({ kind }) => kind === 'connect') ? [untrustedLabel] : [];
  return [...new Set([...labels, ...inputs, ...ofRules, ...ofSecrets, ...ofNetwork])].sort();
}

/** The rules that are about the action now, each once, in an order that does not depend on that of the files. */
const matchedRules = ({ matched }: Judgement): readonly MatchedRule[] =>
  [...matched]
    .map(({ reference: { policy, rule }, verdict }) => ({ policy, rule, verdict }))
    .sort((a, b) => compare(a.policy, b.policy) || compare(a.rule, b.rule));

function denial(
  because: string,
  rules: readonly Rule[],
  matched: readonly MatchedRule[],
  policyDigest: string,
): Decision {
  const references: readonly RuleReference[] = rules.map(({ reference }) => reference);
  return {
    verdict: 'deny',
    because,
    rules: references,
    matched,
    grants: noGrants,
    terms: defaultApprovalTerms,
    labels: [],
    uses: [],
    preview: false,
    policyDigest,
  };
}

function becauseDenied({ denied, uncovered }: Judgement): string {
  const [refusal] = [...denied].sort((a, b) => byStrictness(a.rule, b.rule));
  if (refusal !== undefined) {
    const { policy, rule, because } = refusal.rule.reference;
    return `rule \`${rule}\` in policy \`${policy}\` denies \`${describeEffect(refusal.effect)}\`: ${because}${more(denied, refusal.effect)}`;
  }
  const [missing] = [...uncovered].sort((a, b) => compare(a.policy, b.policy));
  if (missing === undefined) return 'no rule allows this';
  if (missing.policy === '')
    return `no rule allows \`${describeEffect(missing.effect)}\`: no policy that allows anything is about this agent and channel; add one`;
  const what =
    missing.effect.kind === 'opaque'
      ? `is not known before it runs (${missing.effect.why}); spell it out, or add an \`opaque\` rule`
      : `add an \`allow\` or \`ask\` rule for it${suggestion(missing.effect)}, or do it another way`;
  return `no rule allows \`${describeEffect(missing.effect)}\` in policy \`${missing.policy}\`; ${what}${more(uncovered, missing.effect)}`;
}

/** The rule that would ask about a program of which no rule speaks; only where its name is plain. */
function suggestion(effect: Effect): string {
  const [outside] = effect.kind === 'run' ? effect.outside : [];
  if (outside !== undefined)
    return ` that spells ${JSON.stringify(outside.slice(0, 100))}, which leads out of the workspace`;
  const program = effect.kind === 'run' ? (effect.argv[0] ?? '') : '';
  return /^[A-Za-z0-9._+-]{1,40}$/.test(program) ? `, such as \`ask: { run: ["${program} *"] }\`` : '';
}

function more(all: readonly { readonly effect: unknown }[], named: unknown): string {
  const others = new Set(all.map(({ effect }) => effect).filter((effect) => effect !== named)).size;
  return others === 0 ? '' : ` (and ${others} more of its effects)`;
}

const becauseNobody = (rules: readonly Rule[]): string =>
  `nobody can approve this: ${rules
    .filter(({ verdict }) => verdict === 'ask')
    .map(({ reference }) => `rule \`${reference.rule}\` in policy \`${reference.policy}\``)
    .join(' and ')} ask different roles; give them a role in common`;

const becauseImages = ({ script }: Action, images: readonly string[]): string =>
  `${script === null || script.image === '' ? 'its rules' : 'its skill and its rules'} name different images (${images.map((image) => `\`${image}\``).join(', ')}): a call runs in one; let them agree`;

const isDeny = ({ verdict }: Rule): boolean => verdict === 'deny';

/** Strictest first, then by name: the same list whatever the order of files and rules. */
function byStrictness(a: Rule, b: Rule): number {
  return strictness[b.verdict] - strictness[a.verdict] || compare(spellRule(a), spellRule(b));
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const spellRule = ({ reference }: Rule): string => `${reference.policy} ${reference.rule}`;
