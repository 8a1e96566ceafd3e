// What a preview may be of, with what it runs, and what counts of its report. A preview has no effect: it runs on a copy,
// without network and without secrets, whatever the call itself is granted.

import { digestOf, frozenCopy } from './canonical.ts';
import { checkedOutcome } from './checked.ts';
import { describeEffect } from './describe.ts';
import type { CallPorts } from './ports.ts';
import { withChanges } from './seal.ts';
import type {
  ChangeSet,
  Effect,
  FileChange,
  FileState,
  LeftQuestion,
  Outcome,
  Preview,
  SealedAction,
} from './types.ts';
import { within } from './within.ts';

/** More than this nobody reads through. */
export const changedFilesMax = 1_000;

/** Effects that no copy can hold back until somebody approves them. */
const leaving: readonly Effect['kind'][] = ['connect', 'secret', 'send'];

/** Why an action cannot be previewed, or ''. */
export function whyNoPreview({ action }: SealedAction): string {
  const effect = action.effects.find(({ kind }) => leaving.includes(kind));
  if (effect === undefined) return '';
  return `it cannot be previewed: \`${describeEffect(effect)}\` would take effect at once; let the rule ask without \`preview\``;
}

/** What a preview runs: the same action, reaching nothing beyond its copy. */
export function withoutReach(sealed: SealedAction): SealedAction {
  const { decision } = sealed;
  const grants = { ...decision.grants, connect: [], exceptConnect: [], secrets: [], inject: [] };
  return frozenCopy({ ...sealed, decision: { ...decision, grants } });
}

/** The digest of a change set: over its id and all its files. */
export const digestOfChanges = (id: string, files: readonly FileChange[]): string => digestOf({ id, files });

/** The preview as it was reported, or a failed one where the report makes no sense. */
export function checkedPreview(preview: Preview, wasRedeemed: boolean): Preview {
  if (preview?.kind !== 'ok') {
    const outcome = checkedOutcome(preview, wasRedeemed);
    return outcome.kind === 'failed' ? outcome : failedPreview(outcome.kind === 'ok' ? nonsense : outcome.because);
  }
  try {
    if (!wasRedeemed) return failedPreview('the sandbox reported a preview without redeeming the permit');
    const { output, truncated, facts, changes, diff } = frozenCopy(preview);
    const isSound = typeof output === 'string' && typeof diff === 'string' && isChangeSet(changes);
    return isSound ? { kind: 'ok', output, truncated, facts, changes, diff } : failedPreview(nonsense);
  } catch {
    return failedPreview(nonsense);
  }
}

/** A preview of which nothing is known, which is harmless: it could touch nothing. */
export const failedPreview = (because: string): Preview => ({
  kind: 'failed',
  because,
  output: '',
  truncated: false,
  facts: {},
});

const nonsense = 'the sandbox reported a preview that makes no sense';

function isChangeSet({ id, files, digest }: ChangeSet): boolean {
  const paths = new Set(files.map(({ absolute }) => absolute));
  return (
    /^[0-9a-f]{16,64}$/.test(id) &&
    files.length <= changedFilesMax &&
    paths.size === files.length &&
    files.every(isChange) &&
    digest === digestOfChanges(id, files)
  );
}

const isChange = ({ path, absolute, before, after }: FileChange): boolean =>
  typeof path === 'string' &&
  typeof absolute === 'string' &&
  absolute.startsWith('/') &&
  isState(before) &&
  isState(after);

function isState(state: FileState): boolean {
  switch (state.kind) {
    case 'absent':
      return true;
    case 'file':
      return /^[0-9a-f]{64}$/.test(state.sha256) && Number.isSafeInteger(state.bytes) && isMode(state.mode);
    case 'directory':
      return isMode(state.mode);
    case 'link':
      return typeof state.target === 'string';
    default:
      return state satisfies never;
  }
}

/** No setuid, setgid or sticky bit. */
const isMode = (mode: number): boolean => Number.isInteger(mode) && mode >= 0 && mode <= 0o777;

/** What the action changed in the preview that a dead process made of it, if it is still the same action; else null. */
export function keptPreview(decided: SealedAction, left: LeftQuestion | null): Extract<Preview, { kind: 'ok' }> | null {
  const { preview, sealed } = left?.question ?? {};
  if (!preview || !sealed?.changes || !isChangeSet(sealed.changes)) return null;
  const { changes } = sealed;
  if (withChanges(decided, changes).digest !== sealed.digest) return null;
  return { kind: 'ok', ...preview, truncated: false, facts: {}, changes };
}

/** Right before the intent: why the changes no longer fit what is there, or ''. Never throws. */
export async function changesFault(sealed: SealedAction, ports: CallPorts, signal: AbortSignal): Promise<string> {
  if (sealed.changes === null) return '';
  const { changes, clock, limits } = ports;
  try {
    const look = () => changes.fault(sealed);
    const fault = await within(look, 'looking whether the workspace changed', limits.ledgerMs, clock, signal);
    return typeof fault === 'string' ? fault : 'whether the workspace changed is not known: ask again';
  } catch (error) {
    return `whether the workspace changed is not known: ${error instanceof Error ? error.message : 'ask again'}`;
  }
}

/** Throws away what a preview changed. Never rejects; what is left is removed by the next start. */
export async function discardChanges({ changes }: SealedAction, ports: CallPorts): Promise<void> {
  if (changes === null) return;
  const never = new AbortController().signal;
  const discard = () => ports.changes.discard(changes.id);
  await within(discard, 'discarding', ports.limits.ledgerMs, ports.clock, never).catch(
    () => 'the next start removes it',
  );
}

/** The end of a commit with the output of the run that made the changes before its own. */
export function afterPreview(preview: Pick<Preview, 'output' | 'truncated'>, outcome: Outcome): Outcome {
  if (outcome.kind === 'unknown') return outcome;
  const output = [preview.output.trimEnd(), outcome.output].filter((text) => text !== '').join('\n');
  return { ...outcome, output, truncated: preview.truncated || outcome.truncated };
}
