// What comes back from a port is checked before it counts: a port may lie, and doubt refuses.

import { canonicalJson, frozenCopy } from './canonical.ts';
import { defaultApprovalTerms, defaultSandboxLimits, noGrants } from './limits.ts';
import type { Policy } from './ports.ts';
import type { Action, ApprovalTerms, Call, Caller, Decision, Grants, Injection, Outcome, UseLimit } from './types.ts';

/**
 * A frozen copy of an action that fits the call and the caller.
 * @throws {TypeError} if it does not.
 */
export function checkedAction(action: Action, call: Call, caller: Caller, effectsMax: number): Action {
  const copy = frozenCopy(action);
  const [first] = copy.effects;
  if (first?.kind !== 'tool' || first.name !== call.tool || copy.tool !== call.tool) {
    throw new TypeError('its first effect is not the tool that was called');
  }
  if (copy.effects.length > effectsMax) throw new TypeError(`it has more than ${effectsMax} effects`);
  if (copy.workspace !== caller.workspace) throw new TypeError('it is about another workspace');
  if (copy.sandbox !== 'isolate' && copy.sandbox !== 'container') throw new TypeError('it names no known sandbox');
  if (!copy.toolVersion) throw new TypeError('it has no tool version');
  if (!isScript(copy)) throw new TypeError('it does not say whether it is a script in a container');
  return copy;
}

const isScript = ({ script, sandbox }: Action): boolean =>
  script === null || (sandbox === 'container' && typeof script?.image === 'string');

/** A frozen copy of a decision that is complete; anything less is a denial that says so. */
export function checkedDecision(decide: () => Decision, { digest, counted }: Policy): Decision {
  try {
    const decision = frozenCopy(decide());
    const fault = faultOf(decision, digest, counted);
    return fault === '' ? decision : denial(`the policy gave no usable decision: ${fault}`, digest);
  } catch (error) {
    return denial(`the policy could not decide: ${messageOf(error)}`, digest);
  }
}

function faultOf(decision: Decision, policyDigest: string, counted: readonly UseLimit[]): string {
  const { verdict, because, rules, grants, terms } = decision;
  if (verdict !== 'deny' && verdict !== 'ask' && verdict !== 'allow') return `unknown verdict \`${String(verdict)}\``;
  if (typeof because !== 'string' || because === '') return 'it has no reason';
  if (decision.policyDigest !== policyDigest) return 'it was made by another policy';
  if (verdict === 'deny') return '';
  if (!Array.isArray(rules) || rules.length === 0) return 'no rule made it';
  if (rules.some((rule) => rule.verdict === 'deny')) return 'a rule in it denies';
  if (verdict === 'allow' && rules.some((rule) => rule.verdict !== 'allow')) return 'a rule in it asks';
  if (!isGrants(grants)) return 'its grants are malformed';
  if (!Array.isArray(decision.labels)) return 'its labels are malformed';
  if (typeof decision.preview !== 'boolean') return 'it does not say whether it is previewed';
  if (decision.preview && verdict !== 'ask') return 'it previews what nobody is asked about';
  const isUsed = ({ policy, rule }: UseLimit) => rules.some((one) => one.policy === policy && one.rule === rule);
  const mustUse = canonicalJson(counted.filter(isUsed));
  if (canonicalJson(decision.uses) !== mustUse) return 'it does not use the counted rules that made it';
  if (!isTerms(terms)) return 'its approval terms are malformed';
  return '';
}

function isTerms({ roles, count, operatorsMin, withinMs, escalate, stepUp }: ApprovalTerms): boolean {
  const isRoles = (list: unknown) => Array.isArray(list) && list.every((role) => typeof role === 'string');
  return (
    isRoles(roles) &&
    [count, operatorsMin].every(Number.isSafeInteger) &&
    count >= 1 &&
    operatorsMin >= 0 &&
    withinMs > 0 &&
    Array.isArray(escalate) &&
    escalate.every((step) => step.afterMs > 0 && isRoles(step.roles)) &&
    (stepUp === 'none' || stepUp === 'code' || stepUp === 'signature')
  );
}

/** True for grants that are complete, from wherever they come. */
export function isGrants(grants: unknown): grants is Grants {
  if (!isObject(grants) || !isObject(grants.limits) || !Array.isArray(grants.inject)) return false;
  const { read, write, exceptRead, exceptWrite, connect, exceptConnect, secrets, inject, runtime, image } = grants;
  const lists = [read, write, exceptRead, exceptWrite, connect, exceptConnect, secrets];
  const limits = Object.keys(defaultSandboxLimits).map((name) => Reflect.get(Object(grants.limits), name));
  return (
    lists.every((list) => Array.isArray(list) && list.every((entry) => typeof entry === 'string')) &&
    inject.every(isInjection) &&
    (runtime === 'runc' || runtime === 'runsc') &&
    typeof image === 'string' &&
    limits.every((limit) => typeof limit === 'number' && Number.isFinite(limit) && limit > 0)
  );
}

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null;

const isInjection = ({ secret, host, port, header, template, variable }: Injection): boolean =>
  Number.isInteger(port) && [secret, host, header, template, variable].every((text) => typeof text === 'string');

/** A decision that refuses, for when no policy could make one. */
export function denial(because: string, policyDigest: string): Decision {
  return Object.freeze({
    verdict: 'deny',
    because,
    rules: Object.freeze([]),
    matched: Object.freeze([]),
    grants: noGrants,
    terms: defaultApprovalTerms,
    labels: Object.freeze([]),
    uses: Object.freeze([]),
    preview: false,
    policyDigest,
  });
}

/** The outcome as it was reported, or `unknown` where the report makes no sense. */
export function checkedOutcome(outcome: Outcome, wasRedeemed: boolean): Outcome {
  try {
    const wellFormed = (_key: string, leaf: unknown) => (typeof leaf === 'string' ? leaf.toWellFormed() : leaf);
    const copy: Outcome = JSON.parse(JSON.stringify(outcome), wellFormed);
    if (!wasRedeemed && copy.kind !== 'failed')
      return unknown('the sandbox reported an end without redeeming the permit');
    switch (copy.kind) {
      case 'ok':
        if (typeof copy.output === 'string') return copy;
        break;
      case 'failed':
        if (typeof copy.output === 'string' && copy.because) return copy;
        break;
      case 'unknown':
        if (copy.because) return copy;
        break;
      default:
        return unknown(`the sandbox reported an end nobody knows: \`${String(Reflect.get(Object(copy), 'kind'))}\``);
    }
    return unknown('the sandbox reported an incomplete end');
  } catch (error) {
    return unknown(`the sandbox reported an end that is not data: ${messageOf(error)}`);
  }
}

/** An outcome nobody can be sure about. */
export const unknown = (because: string): Outcome => ({ kind: 'unknown', because, facts: {} });

/** The message of anything thrown, for a person; never a stack. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text === '' ? 'no reason was given' : text;
}
