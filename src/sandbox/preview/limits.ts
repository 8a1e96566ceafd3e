// Bounds of previews.

/** What one preview may copy and change. */
export interface PreviewLimits {
  /** Files, directories and links in all places that the call may write. */
  readonly copiedEntries: number;
  readonly copiedBytes: number;
  /** Bytes of everything that is new. */
  readonly keptBytes: number;
}

/** Copying as much takes some seconds; the figures are in docs/containers.md. */
export const usualPreviewLimits: PreviewLimits = Object.freeze({
  copiedEntries: 20_000,
  copiedBytes: 256 * 1_048_576,
  keptBytes: 64 * 1_048_576,
});

/** Changes that get as far as a question: more nobody reads through. The kernel has the same bound. */
export const changesMax = 1_000;

/** What stands in the way of a preview, for a person. */
export class NoPreview extends Error {}
