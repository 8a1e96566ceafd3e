// A command that runs on copies of what it may write.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome, Preview, SealedAction } from '../../kernel/types.ts';
import type { ContainerCall } from '../container/requests.ts';
import { Unmountable } from '../container/unmountable.ts';
import type { ChangeStore } from './change-store.ts';
import { type CopiedPlace, changesIn } from './compare-copy.ts';
import { makePreview } from './finish-preview.ts';
import { NoPreview, type PreviewLimits } from './limits.ts';
import { planOnCopies } from './plan-on-copies.ts';

/** What a preview of a command needs. */
export interface ContainerPreview {
  readonly sealed: SealedAction;
  readonly store: ChangeStore | undefined;
  readonly privateDirectories: readonly string[];
  readonly limits: PreviewLimits;
  /** Runs the command; the container is made from the plan that `onCopies` gives. Never rejects. */
  readonly run: (onCopies: NonNullable<ContainerCall['onCopies']>) => Promise<Outcome>;
}

/** Runs it. Never rejects. */
export function previewContainer(preview: ContainerPreview): Promise<Preview> {
  const { sealed, store, privateDirectories, limits } = preview;
  const { workspace } = sealed.action;
  return makePreview(sealed, store, privateDirectories, async ({ copies, bytes }) => {
    let places: readonly CopiedPlace[] = [];
    let attempts = 0;
    const outcome = await preview.run(async (plan) => {
      // A container that is out of date before it is used is made again, from new copies.
      attempts += 1;
      const directory = join(copies, String(attempts));
      await mkdir(directory, { mode: 0o700 });
      try {
        const onCopies = await planOnCopies(plan, directory, limits);
        places = onCopies.places;
        return onCopies.plan;
      } catch (error) {
        if (error instanceof NoPreview) throw new Unmountable(error.message, { cause: error });
        throw error;
      }
    });
    return { outcome, changes: () => changesIn(places, { workspace, bytes, keptBytes: limits.keptBytes }) };
  });
}
