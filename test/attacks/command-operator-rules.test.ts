// Calls under the rules that operators write for their purpose, from incident work, CI and daily shell use, and from
// published ways around the allow-lists of other agents: planted git settings (GHSA-j4h9-wv2m-wrf7), `sort --compress-program`
// (CVE-2026-32010), `git -c`, `rg --pre`, transparent wrappers, here-documents, shells behind `busybox`, abbreviated options. `== …` starts a policy; `@tool {…}` and `%[…]` are calls of other shapes.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Caller, Verdict } from '../../src/kernel/types.ts';
import { createClassifier } from '../../src/policy/classify/classify.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { builtInTools } from '../../src/sandbox/tools/index.ts';

const files =
  'src/main.ts src/lib/util.ts src/größe.ts logs/app.log logs/error.log logs/2026-01-01.log logs/sub/deep.log docs/guide.md reports/a.md out/a.txt out/x config/app.yaml k8s/deploy.yaml sub/package.json scripts/build.sh scripts/check.js scripts/report.py tests/test_a.py build/x notes.md README.md data.json data.csv package.json .env Makefile evil.sh evil.py';
const links: Readonly<Record<string, string>> = {
  'docs/up': '..',
  'logs/link': '/etc/passwd',
  'link-out': '/etc',
  'link-in': 'src',
  'src/evil-link': '/etc/passwd',
  'reports/link': '../src',
  'reports/dangling': '/etc/cron.d/nope',
};

let workspace = '';
const classifier = createClassifier({ tools: builtInTools, privateDirectories: [] });

afterAll(() => rmSync(workspace, { recursive: true }));
beforeAll(() => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-operator-')));
  for (const file of [...files.split(' '), 'naïve résumé.txt', 'with space.txt']) {
    mkdirSync(dirname(join(workspace, file)), { recursive: true });
    writeFileSync(join(workspace, file), `${file}\n`);
  }
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(workspace, name));
  execFileSync('git', ['init', '-q', workspace]);
});

interface Section {
  readonly allow: string;
  readonly calls: readonly string[];
}

function read(side: string): readonly Section[] {
  const text = readFileSync(new URL(`command-operator-rules-${side}.txt`, import.meta.url), 'utf8');
  return text
    .split(/^== /m)
    .slice(1)
    .map((section) => {
      const [allow = '', ...calls] = section.split('\n').filter((line) => line !== '');
      return { allow, calls };
    });
}

/** The call of one line. A line break, a tab and `\uXXXX` in a plain command are written with a backslash. */
function callOf(line: string): { tool: string; args: unknown } {
  const at = (text: string): string => text.replaceAll('WS/', `${workspace}/`).replaceAll('WS', workspace);
  const [, tool, json = ''] = /^@(\w+) (.*)$/s.exec(line) ?? [];
  if (tool !== undefined) return { tool, args: JSON.parse(at(json)) };
  if (line.startsWith('%')) return { tool: 'exec', args: { argv: JSON.parse(at(line.slice(1))) } };
  const usesBackslash = /\$'|printf|echo -e|tr |grep -P|awk|format|jq|column|xargs/.test(line);
  const text = line.replace(/\\u([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const command = usesBackslash ? text : text.replace(/(?<!\\)\\([ntr])/g, (_, letter: string) => breaks[letter] ?? '');
  return { tool: 'exec', args: { command: at(command) } };
}

const breaks: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

async function judged({ allow, calls }: Section, wanted: Verdict): Promise<readonly string[]> {
  const text = `policy: t\nrules:\n  - id: r\n    allow: ${allow}\n    because: it is the work\n`;
  const policy = await loadPolicy([{ path: 't.yaml', text }]);
  const caller: Caller = {
    agent: 'main',
    session: 's',
    run: 'r',
    requestedBy: 'agent:main',
    sender: 'someone',
    roles: [],
    trigger: 'message',
    spent: { calls: 0, tokens: 0 },
    channel: 'cli',
    labels: [],
    workspace,
  };
  const wrong: string[] = [];
  for (const line of calls) {
    const classified = await classifier.classify({ id: '1', ...callOf(line) }, caller);
    const verdict =
      classified.kind === 'unclear'
        ? 'deny'
        : policy.decide(classified.action, caller, { now: 0, used: [], inputs: [] }).verdict;
    if (verdict !== wanted) wrong.push(line);
  }
  return wrong;
}

test.each(read('hostile'))('$allow allows no hostile call', async (section) => {
  expect(await judged(section, 'deny')).toEqual([]);
});

test.each(read('harmless'))('$allow allows the calls it was written for', async (section) => {
  expect(await judged(section, 'allow')).toEqual([]);
});

test('the corpora have not shrunk', () => {
  const count = (side: string): number => read(side).reduce((sum, { calls }) => sum + calls.length, 0);
  expect(count('hostile')).toBeGreaterThan(1_000);
  expect(count('harmless')).toBeGreaterThan(600);
});
