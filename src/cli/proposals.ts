// `sallyport approvals proposals`: the rules that people asked for by `always`. They are records; nothing ever loads them.

import { z } from 'zod';
import { systemClock } from '../kernel/system-clock.ts';
import type { Action } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { openLedger } from './open-ledger.ts';
import { harmless, jsonText, oneLine } from './screen.ts';

const proposal = z.looseObject({
  approval: z.string(),
  by: z.string(),
  agent: z.string(),
  text: z.string(),
  rule: z.looseObject({ id: z.string(), allow: z.looseObject({ run: z.array(z.string()) }) }),
  blast: z.looseObject({ calls: z.number(), declined: z.number() }),
});

interface Proposal extends z.infer<typeof proposal> {
  readonly seq: number;
  readonly at: number;
}

/** `approvals proposals list`, newest first. */
export function listProposals(): Action {
  return async ({ settings, screen }) => {
    const found = await proposals(settings.home);
    if (screen.isJson) screen.result(jsonText(found));
    for (const { seq, at, by, agent, rule, blast } of screen.isJson ? [] : found) {
      const reach = `${blast.calls} past calls, ${blast.declined} declined`;
      const what = `${rule.allow.run.join(', ')} · for ${agent}, by ${by} · ${reach}`;
      screen.result(`${seq}  ${new Date(at).toISOString().slice(0, 16)}Z  ${oneLine(what, screen.columns - 30)}`);
    }
    if (found.length === 0) screen.note('no rule was proposed: answer a question with `always <id>`\n');
    return exitCode.done;
  };
}

/** `approvals proposals show`: the rule as it would stand in a file, and how far it would have reached. */
export function showProposal(number: string): Action {
  return async ({ settings, screen }) => {
    const found = (await proposals(settings.home)).find(({ seq }) => String(seq) === number);
    if (found === undefined) {
      process.stderr.write(
        `sallyport: there is no proposal \`${number}\`: see \`sallyport approvals proposals list\`\n`,
      );
      return exitCode.failed;
    }
    screen.result(screen.isJson ? jsonText(found) : harmless(found.text).trimEnd());
    return exitCode.done;
  };
}

async function proposals(home: string): Promise<readonly Proposal[]> {
  const { store, ledger } = await openLedger(home, systemClock);
  try {
    const types = new Set(['rule-proposed']);
    const found: Proposal[] = [];
    for await (const { seq, at, body } of ledger.records({ order: 'newest-first', types, from: null, run: null })) {
      const read = proposal.safeParse(body);
      if (read.success) found.push({ ...read.data, seq, at });
    }
    return found;
  } finally {
    await store.close();
  }
}
