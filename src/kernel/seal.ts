// Puts an action and its decision under one digest: one byte more and it is another call.

import { digestOf } from './canonical.ts';
import type { Action, ApprovalTerms, Caller, ChangeSet, Decision, SealedAction } from './types.ts';

/** What goes with the decision. Only the contents are under its digest: the rest is written down. */
type Beside = Pick<SealedAction, 'inputs' | 'shadows' | 'contents'>;

/**
 * Seals what was judged; both parts are frozen already. The digest covers tool, tool version, canonical arguments, effects, grants, workspace, agent,
 * session, policy, who may approve it, the labels it brings and, where it asks, the files it reads; not the moment and not the model's call id, so that an identical call has an identical digest.
 * With a `key` nobody who lacks it can try which arguments have this digest.
 */
export function seal(
  action: Action,
  decision: Decision,
  { inputs, shadows, contents }: Beside,
  caller: Caller,
  key?: string,
): SealedAction {
  const digest = digestOf({
    tool: action.tool,
    toolVersion: action.toolVersion,
    sandbox: action.sandbox,
    args: action.args,
    effects: action.effects,
    grants: decision.grants,
    workspace: action.workspace,
    agent: caller.agent,
    session: caller.session,
    policy: decision.policyDigest,
    terms: spelledTerms(decision.terms),
    labels: decision.labels,
    // Left out where it is not so: an action keeps the digest it always had.
    preview: decision.preview ? true : undefined,
    contents: contents.length > 0 ? contents : undefined,
    key,
  });
  return Object.freeze({
    action,
    decision,
    inputs: Object.freeze([...inputs]),
    shadows: Object.freeze([...shadows]),
    contents,
    image: '',
    changes: null,
    digest,
  });
}

/** What no rule demands is left out, so that an action keeps the digest it always had. */
const spelledTerms = ({ operatorsMin, escalate, stepUp, ...terms }: ApprovalTerms) => ({
  ...terms,
  operatorsMin: operatorsMin > 0 ? operatorsMin : undefined,
  escalate: escalate.length > 0 ? escalate : undefined,
  stepUp: stepUp === 'none' ? undefined : stepUp,
});

/** The action together with the image it runs in, under a digest over both. */
export function withImage(sealed: SealedAction, image: string): SealedAction {
  if (image === '') return sealed;
  return Object.freeze({ ...sealed, image, digest: digestOf({ judged: sealed.digest, image }) });
}

/** The action together with what its preview changed, under a digest over both. */
export function withChanges(sealed: SealedAction, changes: ChangeSet): SealedAction {
  const digest = digestOf({ judged: sealed.digest, changes: changes.digest });
  return Object.freeze({ ...sealed, changes, digest });
}
