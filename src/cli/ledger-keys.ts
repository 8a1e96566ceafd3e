// The signing keys of the ledger in the state home: `keys/ledger.json`, for its owner alone, and beside it what was signed
// last, so that a database that was put back to an older state is noticed.

import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../kernel/checked.ts';
import type { Ledger } from '../kernel/ports.ts';
import type { Store } from '../kernel/store.ts';
import { parseSignerKey } from '../ledger/note.ts';
import type { KeptKeys, KeyKeeper } from '../ledger/signing-keys.ts';
import type { CheckpointParts, LastSigned } from '../ledger/write-checkpoint.ts';
import { makePrivateDirectory } from './private-directory.ts';

/** What signing a ledger needs, with its keys in `home`. */
export function signingParts(home: string, store: Store, ledger: Ledger): CheckpointParts {
  const directory = join(home, 'keys');
  return { store, ledger, keeper: keyKeeper(directory), last: lastSigned(directory) };
}

function keyKeeper(directory: string): KeyKeeper {
  const path = join(directory, 'ledger.json');
  return {
    async load() {
      const text = await textOrNull(path);
      return text === null ? null : parseKept(text, path);
    },
    async create(keys) {
      const draft = await writeDraft(directory, textOf(keys));
      try {
        await link(draft, path);
        await syncDirectory(directory);
        return true;
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        throw error;
      } finally {
        await rm(draft, { force: true });
      }
    },
    async replace(keys) {
      await putInPlace(directory, textOf(keys), path);
    },
  };
}

function lastSigned(directory: string): LastSigned {
  const path = join(directory, 'ledger-signed');
  return {
    path,
    read: () => textOrNull(path),
    async write(note) {
      await putInPlace(directory, note, path);
    },
  };
}

async function putInPlace(directory: string, text: string, path: string): Promise<void> {
  await rename(await writeDraft(directory, text), path);
  await syncDirectory(directory);
}

/** What was linked or renamed in it is there after a crash, too. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a file of its own, durably; whoever calls it moves it to where it belongs. */
async function writeDraft(directory: string, text: string): Promise<string> {
  makePrivateDirectory(directory);
  const path = join(directory, `.draft-${process.pid}-${performance.now()}`);
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return path;
}

const textOf = ({ signer, notice, older }: KeptKeys): string =>
  `${JSON.stringify({ key: signer.line, notice, older }, null, 2)}\n`;

function parseKept(text: string, path: string): KeptKeys {
  try {
    const { key, notice, older }: { key: unknown; notice: unknown; older: unknown } = JSON.parse(text);
    if (typeof key !== 'string' || typeof notice !== 'string' || !Array.isArray(older))
      throw new TypeError('a part is missing');
    return { signer: parseSignerKey(key), notice, older: older.map(String) };
  } catch (error) {
    // What a parser of JSON says may hold what it read.
    const why = error instanceof SyntaxError ? 'it is not JSON' : messageOf(error);
    throw new Error(
      `could not read the signing key \`${path}\`: ${why}; restore the file, or remove it to sign with a new key`,
    );
  }
}

async function textOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : '');
