// `sessions.json`: the conversations of an agent, for people and programs. Always whole, because it is replaced and never
// changed in place; what it lacks or has wrong is made anew from the files.

import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { z } from 'zod';

/** What a conversation's own file says of it. */
export interface KnownSession {
  readonly key: string;
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** By id. */
export type KnownSessions = ReadonlyMap<string, KnownSession>;

const entry = z.strictObject({ id: z.string(), number: z.int().min(1), startedAt: z.number() });
const schema = z.strictObject({
  version: z.literal(1),
  sessions: z.record(z.string(), z.strictObject({ current: entry, earlier: z.array(entry) })),
});

/** What the file says; nothing where it is missing or broken. */
export async function readIndex(path: string): Promise<KnownSessions> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const { data } = schema.safeParse(dataOf(text));
  const known = new Map<string, KnownSession>();
  for (const [key, { current, earlier }] of Object.entries(data?.sessions ?? {}))
    for (const { id, number, startedAt } of [current, ...earlier]) known.set(id, { key, number, startedAt });
  return known;
}

function dataOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Replaces the file. */
export async function writeIndex(
  path: string,
  files: readonly (KnownSession & { readonly id: string })[],
): Promise<void> {
  const byKey = Map.groupBy(files, ({ key }) => key);
  const sessions = [...byKey]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, of]) => {
      const [current, ...earlier] = of
        .toSorted((a, b) => b.number - a.number)
        .map(({ id, number, startedAt }) => ({ id, number, startedAt }));
      return [key, { current, earlier }] as const;
    });
  const draft = `${path}.${randomUUID()}.new`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ version: 1, sessions: Object.fromEntries(sessions) }, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
