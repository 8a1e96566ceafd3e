// Standing approvals as rows: one JSON document each. This is the door back in.

import { z } from 'zod';
import type { StandingApproval } from '../kernel/store.ts';
import type { Connection, Row, Statement } from './connection.ts';
import { StoreError } from './store-error.ts';

const text = z.string();
const texts = z.array(text);

const document = z.object({
  id: text,
  question: text,
  state: z.enum(['open', 'used', 'revoked', 'over']),
  tool: text,
  args: z.record(text, z.json()),
  reach: z.object({
    digest: text,
    family: text,
    words: texts,
    caller: z.object({
      agent: text,
      session: text,
      requestedBy: text,
      sender: text,
      channel: text,
      labels: texts,
    }),
    inputs: texts,
  }),
  answers: z
    .array(
      z.looseObject({
        person: text,
        authority: text,
        delegation: text,
        kind: z.literal('approve'),
        reason: text,
        at: z.number(),
        scope: z.discriminatedUnion('kind', [
          z.object({ kind: z.enum(['once', 'session']) }),
          z.object({ kind: z.literal('uses'), max: z.number() }),
          z.object({ kind: z.literal('until'), at: z.number() }),
        ]),
        pattern: z.number(),
        proof: z.record(text, z.json()),
        args: z.null(),
      }),
    )
    .min(1),
  usesLeft: z.number().int().nullable(),
  at: z.number(),
  until: z.number(),
});

/** The statement that adds a standing approval, or changes one that is there. */
export const putStanding = (one: StandingApproval): Statement => ({
  sql:
    'INSERT INTO standing_approvals (id, state, at, document) VALUES (?, ?, ?, ?) ' +
    'ON CONFLICT (id) DO UPDATE SET state = excluded.state, document = excluded.document',
  values: [one.id, one.state, one.at, JSON.stringify(one)],
});

/** Those that are open, oldest first. A damaged row opens nothing. */
export async function readOpenStanding(connection: Connection): Promise<readonly StandingApproval[]> {
  const sql = "SELECT id, state, document FROM standing_approvals WHERE state = 'open' ORDER BY at, id";
  return (await connection.all(sql)).flatMap((row) => parseStanding(row) ?? []);
}

/** All of them, newest first. */
export async function readStanding(connection: Connection, limit: number): Promise<readonly StandingApproval[]> {
  const sql = 'SELECT id, state, document FROM standing_approvals ORDER BY at DESC, id LIMIT ?';
  return (await connection.all(sql, limit)).map((row) => {
    const read = parseStanding(row);
    if (read === null)
      throw new StoreError(`could not read standing approval \`${String(row.id)}\`: its row is damaged`);
    return read;
  });
}

function parseStanding(row: Row): StandingApproval | null {
  try {
    const read = document.safeParse(JSON.parse(String(row.document)));
    return read.success && read.data.id === row.id && read.data.state === row.state ? read.data : null;
  } catch {
    return null;
  }
}
