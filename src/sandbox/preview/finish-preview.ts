// The end of every preview: its changes are checked against the grants, put into words, and kept; or everything is dropped.

import { join } from 'node:path';
import { messageOf } from '../../kernel/checked.ts';
import { failedPreview } from '../../kernel/preview.ts';
import type { FileChange, Outcome, Preview, SealedAction } from '../../kernel/types.ts';
import { causeOf } from '../files/canonical-path.ts';
import { compileFileAccess, FileRefused } from '../files/file-access.ts';
import type { ChangeStore, PreviewPlace } from './change-store.ts';
import { diffText } from './diff-text.ts';
import { NoPreview } from './limits.ts';

/** A run on copies: how it ended, and what it changed. */
export interface Rehearsed {
  readonly outcome: Outcome;
  /** Asked only of a run that ended well, when nothing of it runs any more. */
  readonly changes: () => Promise<readonly FileChange[]>;
}

/** Makes a preview of a run. Never rejects; what did not come to a preview leaves nothing behind. */
export async function makePreview(
  { action, decision }: SealedAction,
  store: ChangeStore | undefined,
  privateDirectories: readonly string[],
  run: (place: PreviewPlace) => Promise<Rehearsed>,
): Promise<Preview> {
  if (store === undefined) return failedPreview('this kernel has no place for previews');
  let place: PreviewPlace | undefined;
  try {
    place = await store.begin();
    const { outcome, changes } = await run(place);
    if (outcome.kind === 'ok') {
      const files = await changes();
      const access = compileFileAccess(decision.grants, action.workspace, privateDirectories);
      const closed = files.find(({ absolute }) => !access.covers('write', absolute));
      if (closed !== undefined) throw new NoPreview(`it changed \`${closed.path}\`, which the policy does not allow`);
      const { bytes } = place;
      const diff = await diffText(files, (state, which, change) =>
        which === 'after' ? join(bytes, state.sha256) : change.absolute,
      );
      const { output, truncated, facts } = outcome;
      return { kind: 'ok', output, truncated, facts, changes: await place.seal(files, action.workspace), diff };
    }
    await place.drop();
    if (outcome.kind === 'failed') return outcome;
    return failedPreview(`what became of it is not known: ${outcome.because}`);
  } catch (error) {
    await place?.drop();
    const isForPeople = error instanceof NoPreview || error instanceof FileRefused;
    return failedPreview(`could not preview it: ${isForPeople ? messageOf(error) : causeOf(error)}`);
  }
}
