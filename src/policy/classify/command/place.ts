// What the reading of a command asks of the file system. Read-only; the command itself runs elsewhere and later.

/** Where a path leads, as `resolve` of a place answers. */
export type PlacePath =
  | { readonly kind: 'inside' | 'outside' | 'private'; readonly path: string; readonly absolute: string }
  | { readonly kind: 'unclear'; readonly because: string };

/** What the file system of the workspace says; async, read-only. */
export interface CommandPlace {
  /** Absolute real host path; inside the sandbox it is mounted at `/workspace`, where commands start. */
  readonly workspace: string;
  /** Where `text` leads from the absolute host directory `from`, every symlink followed. */
  resolve(text: string, from: string): Promise<PlacePath>;
  /** False if nothing of that name is at this absolute host path; in doubt true. */
  mayExist(path: string): boolean;
  /** Names in an absolute host directory inside the workspace; empty when it is missing. */
  list(directory: string): Promise<readonly string[]>;
}
