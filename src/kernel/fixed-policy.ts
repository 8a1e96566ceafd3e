// A policy that stays as it is, uses that nobody counts, files without labels, no previews, no halts: for judging without
// running, and for tests.

import type { Changes, Halts, PathLabels, Policy, PolicySource, ReadContents, RuleUses } from './ports.ts';

/** A source that always gives this policy, with nothing on trial. */
export const fixedPolicy = (policy: Policy): PolicySource => ({ current: () => policy, shadows: () => [] });

/** Uses for where nothing runs: every rule is as if unused, and nothing can be taken. */
export const noUses: RuleUses = Object.freeze({
  count: async (limits: readonly unknown[]) => limits.map(() => 0),
  take: async () => false,
});

/** Labels for where no file carries any, and none is written. */
export const noLabels: PathLabels = Object.freeze({
  look: async () => async () => [],
  mark: async () => {},
});

/** For where nobody can halt an agent. */
export const noHalts: Halts = Object.freeze({ reason: async () => '', watch: () => () => {} });

/** Changes for where nothing is previewed. */
export const noChanges: Changes = Object.freeze({
  fault: async () => 'previews have no place here',
  commit: async () => {
    throw new Error('could not commit a preview: none are kept here');
  },
  discard: async () => {},
});

/** Contents for where no file is. */
export const noContents: ReadContents = async () => [];
