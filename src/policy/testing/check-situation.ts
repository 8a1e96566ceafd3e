// What a policy decides in one situation, held against what the test expects of it.

import { defaultApprovalTerms, noGrants } from '../../kernel/limits.ts';
import type { Policy } from '../../kernel/ports.ts';
import type { Decision, Escalation, Grants } from '../../kernel/types.ts';
import { durationMs } from '../policy-schema.ts';
import type { Situation } from './situation.ts';
import type { TestCase } from './test-schema.ts';

/** What came of a call: a decision, or a denial because the call is not understood. */
export type Outcome = Pick<Decision, 'verdict' | 'because' | 'rules' | 'grants' | 'labels' | 'terms' | 'preview'>;

/** Decides the call of a situation. */
export function decideSituation({ understood, caller, momentFor }: Situation, policy: Policy): Outcome {
  if (understood.kind === 'understood') return policy.decide(understood.action, caller, momentFor(policy));
  const { because } = understood;
  return {
    verdict: 'deny',
    because,
    rules: [],
    grants: noGrants,
    labels: [],
    terms: { ...defaultApprovalTerms, withinMs: 0 },
    preview: false,
  };
}

/** What is not as expected, for a person; empty if everything is. */
export function differences({ expected, source }: Situation, outcome: Outcome): readonly string[] {
  if (outcome.verdict !== expected) return [`should be \`${expected}\` but is \`${outcome.verdict}\``];
  return [
    ...ruleDifference(source, outcome),
    ...(source.because === undefined || outcome.because.includes(source.because)
      ? []
      : [`should say \`${source.because}\``]),
    ...grantDifferences(source.grants ?? {}, outcome.grants),
    ...listDifference('label', source.labels, outcome.labels),
    ...termDifferences(source.approvers ?? {}, outcome),
    ...(source.preview === undefined || source.preview === outcome.preview
      ? []
      : [source.preview ? 'should be previewed but is not' : 'should not be previewed but is']),
  ];
}

function ruleDifference({ by }: TestCase, { rules }: Outcome): readonly string[] {
  if (by === undefined || rules.some(({ policy, rule }) => by === rule || by === `${policy}/${rule}`)) return [];
  return [`should be decided by rule \`${by}\``];
}

function grantDifferences(wanted: NonNullable<TestCase['grants']>, grants: Grants): readonly string[] {
  const lists = ['read', 'write', 'exceptRead', 'exceptWrite', 'connect', 'exceptConnect', 'secrets'] as const;
  const limits = ['memoryMiB', 'wallMs', 'pids', 'cpus', 'outputBytes'] as const;
  const injected = grants.inject.map(({ secret }) => secret);
  return [
    ...lists.flatMap((key) => listDifference(key, wanted[key], grants[key])),
    ...listDifference('inject', wanted.inject, injected),
    ...limits.flatMap((key) => valueDifference(key, wanted[key], grants.limits[key])),
    ...valueDifference('runtime', wanted.runtime, grants.runtime),
    ...valueDifference('image', wanted.image, grants.image),
  ];
}

const valueDifference = <T>(key: string, wanted: T | undefined, found: T): readonly string[] =>
  wanted === undefined || wanted === found
    ? []
    : [`should be granted \`${key}: ${wanted}\` but is granted \`${found}\``];

function listDifference(
  what: string,
  wanted: readonly string[] | undefined,
  found: readonly string[],
): readonly string[] {
  if (wanted === undefined) return [];
  const spelled = found.length === 0 ? 'nothing' : `\`${found.join('`, `')}\``;
  if (wanted.length === 0) return found.length === 0 ? [] : [`should have no \`${what}\` but has ${spelled}`];
  const missing = wanted.filter((entry) => !found.includes(entry));
  return missing.length === 0 ? [] : [`should have \`${what}\` \`${missing.join('`, `')}\` but has ${spelled}`];
}

function termDifferences(
  { roles, count, within, escalate, stepUp }: NonNullable<TestCase['approvers']>,
  { terms }: Outcome,
): readonly string[] {
  const found: string[] = [];
  if (roles !== undefined && [...roles].sort().join() !== terms.roles.join()) {
    found.push(`should ask roles \`${roles.join(', ')}\` but asks \`${terms.roles.join(', ') || 'any operator'}\``);
  }
  if (count !== undefined && count !== terms.count) found.push(`should ask ${count} people but asks ${terms.count}`);
  if (within !== undefined && durationMs(within) !== terms.withinMs) {
    found.push(`should ask for \`${within}\` but asks for ${terms.withinMs / 1_000} s`);
  }
  const isStep = ({ afterMs, roles: added }: Escalation) =>
    escalate !== undefined &&
    afterMs === durationMs(escalate.after) &&
    [...added].sort().join() === [...escalate.roles].sort().join();
  if (escalate !== undefined && !terms.escalate.some(isStep)) {
    found.push(`should let \`${escalate.roles.join(', ')}\` answer as well after \`${escalate.after}\``);
  }
  if (stepUp !== undefined && stepUp !== terms.stepUp) {
    found.push(`should demand the step-up \`${stepUp}\` but demands \`${terms.stepUp}\``);
  }
  return found;
}
