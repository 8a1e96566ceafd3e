// What people say to questions, as data: the one grammar that every front reads and prints.

import type { AnswerScope, JsonObject } from '../../kernel/types.ts';

/** How far an approval shall reach, as it was said: durations and times of day are not moments yet. */
export type SaidScope =
  | AnswerScope
  | { readonly kind: 'for'; readonly ms: number }
  | { readonly kind: 'clock'; readonly hour: number; readonly minute: number; readonly zone: 'utc' | 'local' };

/** One reply. `ids` are never empty and never repeat. */
export type SaidReply =
  | {
      readonly kind: 'approve';
      readonly ids: readonly string[];
      readonly scope: SaidScope;
      /** Which of the patterns that the question offered; 0 for none. */
      readonly pattern: number;
      /** Digits of a code generator; empty for none. */
      readonly code: string;
    }
  | { readonly kind: 'decline'; readonly ids: readonly string[]; readonly reason: string }
  | { readonly kind: 'edit'; readonly ids: readonly string[]; readonly args: JsonObject }
  | { readonly kind: 'always'; readonly ids: readonly string[] };

/** Bounds of what one reply can say. */
export const replyBounds = Object.freeze({
  ids: 20,
  /** Of an approval that is used more than once. */
  uses: 100,
  scopeMs: 7 * 86_400_000,
  scopeMsMin: 60_000,
  patterns: 9,
  reasonLetters: 2_000,
  letters: 65_536,
});

/** The words a reply begins with. */
export const verbs: Readonly<Record<string, SaidReply['kind']>> = Object.freeze({
  approve: 'approve',
  yes: 'approve',
  y: 'approve',
  decline: 'decline',
  deny: 'decline',
  reject: 'decline',
  no: 'decline',
  n: 'decline',
  edit: 'edit',
  always: 'always',
});
