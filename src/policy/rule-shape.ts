// What is wrong with a rule as a whole, before any pattern of it is looked at: keys that do not go together, and keys that
// would not do what they look like.

import { defaultApprovalTerms } from '../kernel/limits.ts';
import { operatorRole } from '../kernel/terms.ts';
import { durationMs, effectKinds, type RuleSource } from './policy-schema.ts';
import type { Problem, ProblemAt } from './read-policy-file.ts';

/** The three keys of which a rule has one. */
export const verdicts = ['deny', 'ask', 'allow'] as const;

/** Kinds whose patterns also close what the sandbox is granted: there an exception would open nothing. */
const closingKinds: readonly string[] = ['read', 'write', 'connect'];

/** Kinds of effect that cannot be held back until somebody approves them. */
const leavingKinds = ['connect', 'send', 'secret'] as const;
const leavingGrants = ['connect', 'inject', 'secrets'] as const;

/** A preview has no network and no secrets: a rule that needs them would never get to its question. */
function previewProblems({ preview, ask, grant }: RuleSource, verdict: string | undefined): readonly string[] {
  if (preview === undefined) return [];
  if (verdict !== 'ask') return ['only an ask rule has a preview; remove `preview`, or make it `ask`'];
  const kind = leavingKinds.find((one) => ask?.[one] !== undefined);
  const granted = leavingGrants.find((one) => grant?.[one] !== undefined);
  if (kind !== undefined)
    return [`a preview cannot hold back \`${kind}\`; ask about that by a rule without \`preview\``];
  if (granted !== undefined) return [`a preview has no network and no secrets; remove \`grant.${granted}\``];
  return [];
}

/** An escalation after the deadline, or to roles that may answer from the start, would do nothing. */
function approverProblems({ approvers }: RuleSource): readonly string[] {
  const { escalate, within, roles } = approvers ?? {};
  if (escalate === undefined) return [];
  const withinMs = within === undefined ? defaultApprovalTerms.withinMs : durationMs(within);
  if (durationMs(escalate.after) >= withinMs)
    return [`the question has expired after ${withinMs / 60_000} min; let \`after\` be shorter, or \`within\` longer`];
  const first = roles === undefined || roles.length === 0 ? [operatorRole] : roles;
  return escalate.roles.every((role) => first.includes(role))
    ? ['these roles may answer from the start; name others, or remove `escalate`']
    : [];
}

/** The objections to the shape of a rule. */
export function shapeProblems(source: RuleSource, problemAt: ProblemAt): Problem[] {
  const stated = verdicts.filter((verdict) => source[verdict] !== undefined);
  const problems: Problem[] = [];
  const say = (key: string, what: string) => problems.push(problemAt([key], what));
  if (stated.length !== 1) say(stated[1] ?? 'id', 'a rule has exactly one of `allow`, `ask` and `deny`; split it');
  const [verdict] = stated;
  if (verdict !== undefined && Object.keys(source[verdict] ?? {}).length === 0) {
    say(verdict, `\`${verdict}\` names nothing; name a kind of effect, as in \`${verdict}: { run: ["git push *"] }\``);
  }
  if (verdict === 'deny' && source.grant !== undefined) say('grant', 'a deny rule grants nothing; remove `grant`');
  if (verdict === 'deny' && source.labels !== undefined)
    say('labels', 'a deny rule has no results to label; remove `labels`');
  if (verdict !== 'ask' && source.approvers !== undefined) {
    say('approvers', 'only an ask rule has approvers; remove `approvers`, or make it `ask`');
  }
  for (const problem of approverProblems(source)) problems.push(problemAt(['approvers', 'escalate'], problem));
  for (const problem of previewProblems(source, verdict)) say('preview', problem);
  if (verdict === 'deny') {
    for (const key of ['atMost', 'budget'] as const) {
      if (source[key] !== undefined) say(key, `a deny rule opens nothing that \`${key}\` could bound; remove it`);
    }
  }
  if (verdict !== 'allow' && source.expires !== undefined) {
    say('expires', 'only an allow rule expires: without an ask or deny rule more would be open; remove `expires`');
  }
  if (source.budget !== undefined && Object.keys(source.budget).length === 0) {
    say('budget', '`budget` names nothing; use `calls` or `tokens`');
  }
  if (source.when?.time !== undefined && source.when.time.days === undefined && source.when.time.hours === undefined) {
    say('when', '`when.time` names nothing; use `days` or `hours`');
  }
  if (source.when?.labels !== undefined && Object.keys(source.when.labels).length === 0) {
    say('when', '`when.labels` names nothing; use `all`, `any` or `none`');
  }
  if (source.except !== undefined && effectKinds.every((kind) => source.except?.[kind] === undefined)) {
    say('except', '`except` names nothing; name a kind of effect, as in `except: { run: ["npm test"] }`');
  }
  if (verdict === 'allow' && source.except?.expires !== undefined) {
    problems.push(
      problemAt(['except', 'expires'], 'exceptions from an allow cannot expire: more would be open; remove `expires`'),
    );
  }
  for (const kind of effectKinds) {
    if (source.except?.[kind] === undefined) continue;
    if (closingKinds.includes(kind)) {
      problems.push(
        problemAt(
          ['except', kind],
          `exceptions are for commands, tools and names; narrow the patterns of \`${kind}\` instead`,
        ),
      );
    } else if (verdict !== undefined && source[verdict]?.[kind] === undefined) {
      problems.push(problemAt(['except', kind], `the rule names no \`${kind}\` that this could be an exception from`));
    }
  }
  return problems;
}
