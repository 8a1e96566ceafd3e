// Says in people's words what the database could not do, why, and what to do about it.

/** The store could not do what it was asked; nothing of that write is on disk unless a commit was already under way. */
export class StoreError extends Error {}

const remedies: { readonly [code: string]: string } = {
  SQLITE_FULL: 'the disk (or the size allowed for the database) is full: free some space; nothing has to be restarted',
  SQLITE_READONLY: 'it is read-only: make the file and its folder writable for this account',
  SQLITE_BUSY: 'another process kept it locked for too long: end that process or try again',
  SQLITE_LOCKED: 'another process kept it locked for too long: end that process or try again',
  SQLITE_CORRUPT: 'the file is damaged: keep a copy for inspection and restore a backup',
  SQLITE_NOTADB: 'the file is not a Sallyport database: move it away or name another state folder',
  SQLITE_CANTOPEN: 'the file cannot be opened: check that its folder exists and belongs to this account',
  SQLITE_PERM: 'access is not permitted: check who owns the file and its folder',
  SQLITE_AUTH: 'access is not permitted: check who owns the file and its folder',
  SQLITE_IOERR: 'reading or writing the disk failed: check the disk and the space left on it',
  SQLITE_NOMEM: 'there is not enough memory: free some and try again',
  ENOSPC: 'the disk is full: free some space',
  ENOENT: 'its folder does not exist: create it or name another state folder',
  EACCES: 'access is not permitted: check who owns the file and its folder',
  EPERM: 'access is not permitted: check who owns the file and its folder',
  EROFS: 'it lies on a read-only file system: name a state folder that can be written',
  EISDIR: 'it is a folder: name a file',
  SQLITE_TOOBIG: 'a record is too large for the database',
};

/** The error for a failed step of the database at `path`; `doing` reads on from "could not", e.g. `write to`. */
export function storeError(doing: string, path: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const code = codeOf(cause);
  const remedy = remedies[code] ?? `${cause instanceof Error ? cause.message : String(cause)}`;
  return new StoreError(`could not ${doing} the database \`${path}\`: ${remedy}${code ? ` (${code})` : ''}`, { cause });
}

/** SQLite's name for what went wrong, or ''. */
export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}
