import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { proposeRule } from '../../src/cli/propose-rule.ts';
import type { Settings } from '../../src/config.ts';
import { seal } from '../../src/kernel/seal.ts';
import type { StoredQuestion } from '../../src/kernel/store.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { actionOf, caller, decisionOf } from '../fixtures/ports.ts';
import { pendingOf, temporaryFolder, temporaryStore } from '../fixtures/temporary-store.ts';

const policy = `policy: p
rules:
  - id: pushes-ask
    ask: { run: ["git push *"] }
    because: a push leaves this machine
`;
const noKey = { apiKey: '', baseUrl: '' };

function settingsOf(hidden: readonly string[]): Settings {
  const home = temporaryFolder();
  const path = join(home, 'p.yaml');
  writeFileSync(path, policy);
  return {
    home,
    config: { people: [], agents: {}, policies: [path], ledger: { private: [...hidden] } },
    keys: { anthropic: noKey, openai: noKey },
    docker: { socketPath: join(home, 'none') },
    secrets: {},
    isColour: false,
  };
}

/** A question about `git push ganz-geheimer-zweig`, whose last word is an argument of its own as well. */
function asked(): StoredQuestion {
  const argv = ['git', 'push', 'ganz-geheimer-zweig'];
  const run = { kind: 'run', argv, assignments: [], spellings: [], outside: [], standing: 'own' } as const;
  const action = {
    ...actionOf('exec', '/work/place', 'container'),
    args: { command: argv.join(' '), where: 'ganz-geheimer-zweig' },
    effects: [{ kind: 'tool', name: 'exec', standing: 'implied' }, run] as const,
  };
  const stored = pendingOf('k7f2m9');
  const sealed = seal(action, decisionOf('ask'), { inputs: [], shadows: [], contents: [] }, caller);
  return { ...stored, question: { ...stored.question, sealed } };
}

async function proposed(hidden: readonly string[]) {
  const { store } = await temporaryStore();
  const told = await proposeRule(asked(), 'ann', store, settingsOf(hidden));
  const records = await Array.fromAsync(createLedger(store, systemClock).export());
  return { told, records };
}

test('of a call whose command is private no rule is proposed, and nothing is written down', async () => {
  const { told, records } = await proposed(['exec.command']);
  expect(told).toMatch(/its command is private/);
  expect(records).toEqual([]);
});

test('what is private in the arguments of a call is in no record of a rule that was proposed for it', async () => {
  const { told, records } = await proposed(['exec.where']);
  expect(told).toContain('ganz-geheimer-zweig');
  expect(records.join('')).toContain('rule-proposed');
  expect(records.join('')).not.toContain('ganz-geheimer-zweig');
  expect((await proposed([])).records.join('')).toContain('ganz-geheimer-zweig');
});
