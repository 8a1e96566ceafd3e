// `std.diff`: what changed between two texts, by the jsdiff library. Stands alone: its source text runs inside the isolate,
// and so does jsdiff's own.

/** What is used of jsdiff. */
export interface JsDiff {
  diffLines(
    before: string,
    after: string,
  ): readonly { readonly value: string; readonly added: boolean; readonly removed: boolean; readonly count: number }[];
  createTwoFilesPatch(
    beforeName: string,
    afterName: string,
    before: string,
    after: string,
    beforeHeader: undefined,
    afterHeader: undefined,
    options: { readonly context: number; readonly headerOptions: object },
  ): string;
  applyPatch(text: string, patch: string): string | false;
  readonly FILE_HEADERS_ONLY: object;
}

export interface DiffLibrary {
  /** Runs of lines that stayed, came or went, in order. Joined without the `added` ones they are `before`. */
  lines(
    before: string,
    after: string,
  ): { readonly kind: 'same' | 'added' | 'removed'; readonly text: string; readonly lines: number }[];
  /** A unified diff as `diff -u` writes it; empty if nothing changed. */
  unified(
    before: string,
    after: string,
    options?: { readonly from?: string; readonly to?: string; readonly context?: number },
  ): string;
  /** The text after a unified diff. @throws {Error} if the diff does not fit. */
  apply(text: string, patch: string): string;
}

/** Makes the library. */
export function diffLibrary(jsdiff: JsDiff): DiffLibrary {
  return {
    lines: (before, after) =>
      jsdiff.diffLines(before, after).map(({ value, added, removed, count }) => ({
        kind: added ? 'added' : removed ? 'removed' : 'same',
        text: value,
        lines: count,
      })),
    unified: (before, after, { from = 'before', to = 'after', context = 3 } = {}) =>
      before === after
        ? ''
        : jsdiff.createTwoFilesPatch(from, to, before, after, undefined, undefined, {
            context,
            headerOptions: jsdiff.FILE_HEADERS_ONLY,
          }),
    apply: (text, patch) => {
      const after = jsdiff.applyPatch(text, patch);
      if (after === false) throw new Error('could not apply the diff: it does not fit this text');
      return after;
    },
  };
}
