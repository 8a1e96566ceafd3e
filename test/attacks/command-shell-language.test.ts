// The language of the shell, harmless and hostile: `== {…}` starts a set of allow rules, each line below is one command, with
// `⏎` where a line breaks. What runs, reads or writes behind a trick of the language must not ride on the rule for its bait,
// and everyday scripts must not need more than the rules that name their programs.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Caller, Verdict } from '../../src/kernel/types.ts';
import { createClassifier } from '../../src/policy/classify/classify.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { builtInTools } from '../../src/sandbox/tools/index.ts';
import { makePlace } from '../policy/classify/command/workspace.ts';

interface Section {
  readonly allow: string;
  readonly commands: readonly string[];
}

const { workspace } = makePlace();
execFileSync('git', ['init', '-q', workspace]);
const classifier = createClassifier({ tools: builtInTools, privateDirectories: [] });
const caller: Caller = {
  agent: 'main',
  session: 's',
  run: 'r',
  requestedBy: 'agent:main',
  channel: 'cli',
  sender: 'someone',
  roles: [],
  trigger: 'message',
  spent: { calls: 0, tokens: 0 },
  labels: [],
  workspace,
};
const moment = { now: 0, used: [], inputs: [] };

function sections(side: string): readonly Section[] {
  const text = readFileSync(new URL(`command-shell-language-${side}.txt`, import.meta.url), 'utf8');
  return text
    .split(/^== /m)
    .slice(1)
    .map((section) => {
      const [allow = '', ...commands] = section.split('\n').filter((line) => line !== '');
      return { allow, commands: commands.map((line) => line.replaceAll('⏎', '\n')) };
    });
}

/** The commands for which these rules do not come to the wanted verdict, each with what was found out about it. */
async function wrong({ allow, commands }: Section, wanted: Verdict): Promise<readonly string[]> {
  const text = `policy: t\nrules:\n  - id: r\n    allow: ${allow}\n    because: it is the work\n`;
  const policy = await loadPolicy([{ path: 't.yaml', text }]);
  const found: string[] = [];
  for (const command of commands) {
    const classified = await classifier.classify({ id: '1', tool: 'exec', args: { command } }, caller);
    const decision = classified.kind === 'unclear' ? undefined : policy.decide(classified.action, caller, moment);
    if ((decision?.verdict ?? 'deny') === wanted) continue;
    found.push(`${command} — ${classified.kind === 'unclear' ? classified.because : decision?.because}`);
  }
  return found;
}

test.each(sections('hostile'))('$allow lets no trick of the shell language through', async (section) => {
  expect(await wrong(section, 'deny')).toEqual([]);
});

test.each(sections('harmless'))('$allow allows everyday scripts', async (section) => {
  expect(await wrong(section, 'allow')).toEqual([]);
});

test('the corpora have not shrunk', () => {
  const count = (side: string): number => sections(side).reduce((sum, { commands }) => sum + commands.length, 0);
  expect(count('hostile')).toBeGreaterThan(150);
  expect(count('harmless')).toBeGreaterThan(250);
});
