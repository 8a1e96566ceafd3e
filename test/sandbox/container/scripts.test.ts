// Scripts of skills in real containers, from the call to the outcome: real tools, classifier, policies and kernel.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, expect, test } from 'vitest';
import { fixedPolicy } from '../../../src/kernel/fixed-policy.ts';
import { governedCall } from '../../../src/kernel/governed-call.ts';
import type { Action, CallResult, Grants, JsonObject, Tool } from '../../../src/kernel/types.ts';
import { createClassifier } from '../../../src/policy/classify/classify.ts';
import { loadPolicy } from '../../../src/policy/load-policy.ts';
import { refuseOverScript, scriptCommandOf, scriptTarget } from '../../../src/sandbox/container/script-places.ts';
import { type ContainerExecutorOptions, usualDockerSocket, usualSandboxImage } from '../../../src/sandbox/container.ts';
import { skillTools } from '../../../src/sandbox/tools/skill-scripts.ts';
import { type ContainerBench, containerBench, outputOf } from '../../fixtures/container-bench.ts';
import { permitFor } from '../../fixtures/permit-for.ts';
import { caller, honestExecutor, testPorts } from '../../fixtures/ports.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-scripts-')));
const benches: ContainerBench[] = [];
afterAll(async () => {
  await Promise.all(benches.map((bench) => bench.close()));
  rmSync(root, { recursive: true, force: true });
});

const place = (path: string, text: string) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

const frontMatter = `name: logs
scripts:
  report:
    file: scripts/report.py
    run: [python3]
    with: [scripts/tables.py]
    description: Writes a table of a log.
    labels: [untrusted]
    arguments:
      from: { kind: read, description: x }
      to: { kind: write, description: x }
      title: { kind: text, default: Report, description: x }
  count:
    file: scripts/count.sh
    run: [bash]
    description: Counts lines.
    arguments:
      in: { kind: read, default: logs, description: x }
  look:
    file: scripts/look
    description: Says what it got, and runs the code of a text.
    arguments: { code: { kind: text, default: "", description: x } }
`;
const files = {
  'scripts/report.py': `import json, sys
from tables import table
args = json.load(sys.stdin)
lines = open(args["from"]).read().splitlines()
with open(args["to"], "w") as out: out.write(table(args["title"], lines))
print(len(lines), "lines")
`,
  'scripts/tables.py':
    'def table(title, lines): return "# " + title + "\\n" + "".join("| " + l + " |\\n" for l in lines)\n',
  'scripts/count.sh': 'set -euo pipefail\nin=$(jq -r .in)\ncat -- "$in"/*.log | wc -l\n',
  'scripts/look': '#!/bin/bash\ninput=$(cat); printf "%s|%s\\n" "$#" "$input"\neval "$(jq -r .code <<< "$input")"\n',
};

interface World {
  readonly workspace: string;
  readonly skill: string;
  /** Where copies of scripts are kept. */
  readonly copies: string;
  readonly bench: ContainerBench;
  readonly tools: ReadonlyMap<string, Tool>;
  call(tool: string, args: JsonObject, ...policies: readonly string[]): Promise<CallResult>;
}

let made = 0;
function world(text = frontMatter, options: Partial<ContainerExecutorOptions> = {}): World {
  made += 1;
  const skill = join(root, `skill-${made}`);
  for (const [path, content] of Object.entries({ ...files, 'SKILL.md': `---\n${text}---\n` }))
    place(join(skill, path), content);
  const tools = new Map(skillTools(skill).map((tool) => [tool.name, tool]));
  const copies = join(root, `home-${made}`, 'scripts');
  const bench = containerBench(`scripts-${made}`, { scripts: { tools, directory: copies }, ...options });
  benches.push(bench);
  const workspace = bench.workspace();
  chmodSync(workspace, 0o755);
  for (const [path, content] of Object.entries({
    'logs/a.log': 'one\ntwo\n',
    'logs/b.log': 'three\n',
    'key.txt': 'key\n',
  }))
    place(join(workspace, path), content);
  const classifier = createClassifier({ tools, privateDirectories: [dirname(copies)] });
  return {
    workspace,
    skill,
    copies,
    bench,
    tools,
    call: async (tool, args, ...policies) => {
      const policy = await loadPolicy(
        policies.map((rules, index) => ({ path: `p${index}.yaml`, text: `policy: p${index}\nrules:\n${rules}` })),
      );
      const executors = { isolate: honestExecutor('isolate'), container: bench.executor };
      const { ports } = testPorts('allow', { classifier, policies: fixedPolicy(policy), executors });
      const call = { id: 'call-1', tool, args };
      return governedCall(call, { ...caller, workspace }, ports, new AbortController().signal, () => {});
    },
  };
}

const rule = (body: string, id = 'r') => `  - { id: ${id}, because: it is so, ${body} }\n`;
const logs = rule('allow: { tool: ["logs/*"], read: ["logs/**", "logs"] }');
const said = ({ outcome, output, because }: CallResult): string => `${outcome}: ${output}${because}`;

test('without a rule for the tool, or for what it declares, a script runs nowhere', async () => {
  const { call } = world();
  expect(said(await call('logs/look', {}))).toMatch(/^refused: no rule allows `tool logs\/look`/);
  expect(said(await call('logs/count', {}, rule('allow: { tool: ["logs/*"] }')))).toMatch(/^refused: .*`read logs`/);
  const reads = rule('allow: { tool: ["logs/*"], read: ["**"] }');
  expect(said(await call('logs/report', { from: 'key.txt', to: 'x' }, reads))).toMatch(/^refused: .*`write x`/);
});

test('a deny rule on the tool, or on what it declares, counts', async () => {
  const { call } = world();
  expect(said(await call('logs/count', {}, logs + rule('deny: { tool: ["logs/count"] }', 'd')))).toMatch(
    /^refused: .*denies/,
  );
  expect(said(await call('logs/count', {}, logs, rule('deny: { read: ["logs/**"] }', 'd')))).toMatch(
    /^refused: .*denies/,
  );
});

test('an argument that was not declared, and a path outside of the workspace, are refused', async () => {
  const { call } = world();
  expect(said(await call('logs/count', { other: 1 }, logs))).toMatch(
    /^refused: the arguments of `logs\/count` do not fit/,
  );
  for (const path of ['../elsewhere', '/etc/shadow', 'logs/../../x'])
    expect(said(await call('logs/count', { in: path }, logs))).toMatch(/^refused: no rule allows `read \//);
});

test('rules that name another image than the skill are refused, and an image that is missing runs nothing', async () => {
  const absent = `sha256:${'0'.repeat(64)}`;
  const { call } = world(`image: ${absent}\n${frontMatter}`);
  const elsewhere = rule(`allow: { tool: ["logs/*"] }, grant: { image: "sha256:${'1'.repeat(64)}" }`);
  expect(said(await call('logs/look', {}, elsewhere))).toMatch(
    /^refused: its skill and its rules name different images/,
  );
  const result = await call('logs/look', {}, rule('allow: { tool: ["logs/*"] }'));
  expect(result.grants.image).toBe(absent);
  expect(said(result)).toMatch(new RegExp(`^refused: .*${absent}`));
});

test('a script whose copy was changed, or lies beside what is not its own, does not run', async () => {
  const { call, copies } = world();
  const rules = rule('allow: { tool: ["logs/*"] }');
  expect(said(await call('logs/look', {}, rules))).toMatch(/^ok: /);
  const [name = ''] = readdirSync(copies);
  const copy = join(copies, name, 'scripts/look');
  const bytes = readFileSync(copy);
  chmodSync(copy, 0o755);
  writeFileSync(copy, '#!/bin/bash\necho changed\n');
  expect(said(await call('logs/look', {}, rules))).toMatch(/^failed: .*is not what it was/);
  writeFileSync(copy, bytes);
  place(join(copies, name, 'scripts/json.py'), 'print("planted")');
  expect(said(await call('logs/look', {}, rules))).toMatch(/^failed: .*is not what it was/);
  rmSync(join(copies, name), { recursive: true });
  expect(said(await call('logs/look', {}, rules))).toMatch(/^ok: /);
});

test('a script that is changed in its skill after it was read runs as it was read', async () => {
  const { call, skill } = world();
  place(join(skill, 'scripts/count.sh'), 'echo changed');
  expect(said(await call('logs/count', {}, logs))).toBe('ok: 3\n');
});

test('P5: what was judged as a script never runs as a command, nor a command as a script, nor in another image', async () => {
  const image = `sha256:${'1'.repeat(64)}`;
  const { workspace, bench } = world(`image: ${image}\n${frontMatter}`);
  const run = async (tool: string, script: Action['script'], grants: Partial<Grants> = {}) => {
    const permit = await permitFor(
      { tool, args: { command: 'echo ran' }, sandbox: 'container', workspace, script },
      grants,
    );
    return bench.executor.execute(permit, new AbortController().signal);
  };
  const refused = (because: string) => ({
    kind: 'failed',
    because: expect.stringContaining(because),
    facts: { started: false },
  });
  expect(outputOf(await run('exec', null))).toBe('ran\n');
  expect(await run('logs/look', null)).toMatchObject(refused('another script for the tool `logs/look`'));
  expect(await run('exec', { image: '' })).toMatchObject(refused('another script for the tool `exec`'));
  expect(await run('logs/look', { image: '' }, { image })).toMatchObject(refused('another script for the tool'));
  expect(await run('logs/look', { image })).toMatchObject(refused('granted another image'));
});

test('a granted place that would lie over the script, or around it, is refused', () => {
  const at = (target: string) =>
    ({ source: target, target, access: 'read', kind: 'directory', isAbsent: false, copy: null }) as const;
  for (const target of ['/run', scriptTarget, `${scriptTarget}/scripts/look`])
    expect(() => refuseOverScript([at('/workspace'), at(target)])).toThrow(/its own files are at/);
  refuseOverScript([at('/workspace'), at('/run/sallyport-scripts'), at('/data')]);
});

test('arguments longer than a mebibyte are refused', () => {
  const script = { run: ['python3'], file: 'a.py', files: [], image: '' };
  expect(() => scriptCommandOf(script, { text: '#'.repeat(1_048_576) })).toThrow(/longer than 1048576 bytes/);
  expect(scriptCommandOf(script, { text: '-x' })).toEqual({
    argv: ['python3', `${scriptTarget}/a.py`],
    stdin: '{"text":"-x"}\n',
  });
});

test('P7: a script sees what it declared and what its rule adds, and nothing else of this machine', async () => {
  const { call, workspace } = world();
  const look = (code: string, grant = '') =>
    call('logs/look', { code }, rule(`allow: { tool: ["logs/look"] }${grant}`));
  const options = await look(`awk '$5 == "/run/sallyport-script" { print $6 }' /proc/self/mountinfo`);
  expect(options.output).toMatch(/\nro,[^\n]*\n$/);
  const closed = await look('ls -A /workspace; ls /run/sallyport-script /run/sallyport-script/scripts');
  expect(closed.grants).toMatchObject({ read: [], write: [], connect: [], secrets: [] });
  expect(closed.output.split('\n').slice(1)).toEqual([
    '/run/sallyport-script:',
    'scripts',
    '',
    '/run/sallyport-script/scripts:',
    'look',
    '',
  ]);
  expect(said(await look('cat /workspace/key.txt'))).toMatch(/^failed: .*No such file/s);
  expect(said(await look('cat key.txt', ', grant: { read: ["key.txt"] }'))).toMatch(/^ok: .*\nkey\n$/s);
  expect(said(await look('echo x > /run/sallyport-script/scripts/look'))).toMatch(
    /Read-only file system|Permission denied/,
  );
  expect(said(await look('echo x > /workspace/key.txt', ', grant: { read: ["key.txt"] }'))).toMatch(
    /Read-only file system/,
  );
  expect(readFileSync(join(workspace, 'key.txt'), 'utf8')).toBe('key\n');
});

test('what a deny rule closes inside of a declared place stays closed', async () => {
  const { call, workspace } = world();
  place(join(workspace, 'logs/secret.log'), 'hidden\n');
  const result = await call('logs/count', {}, logs + rule('deny: { read: ["logs/secret.log"] }', 'd'));
  expect(result.grants.exceptRead).toContain('logs/secret.log');
  expect(said(result)).toMatch(/^failed: .*Permission denied/s);
});

test('arguments come as one JSON document on standard input, and none becomes an option', async () => {
  const { call } = world();
  const code = ': --help "$(:)" \u2028\n';
  const result = await call('logs/look', { code }, rule('allow: { tool: ["logs/look"] }'));
  expect(said(result)).toBe(`ok: 0|${JSON.stringify({ code })}\n`);
});

test('a Python script with a module beside it reads what it declared, writes where it declared, and brings its labels', async () => {
  const { call, workspace } = world();
  const rules = rule('allow: { tool: ["logs/*"], read: ["logs/**"], write: ["*.md"] }');
  const result = await call('logs/report', { from: '/workspace/logs/a.log', to: 'out.md' }, rules);
  expect(said(result)).toBe('ok: 2 lines\n');
  expect(result.labels).toEqual(['untrusted']);
  expect(result.effects).toMatchObject([
    { kind: 'tool', name: 'logs/report', standing: 'implied' },
    { kind: 'read', path: 'logs/a.log', standing: 'own' },
    { kind: 'write', path: 'out.md', standing: 'own' },
  ]);
  expect(result.grants).toMatchObject({ read: ['logs/a.log'], write: ['out.md'] });
  expect(readFileSync(join(workspace, 'out.md'), 'utf8')).toBe('# Report\n| one |\n| two |\n');
  expect(existsSync(join(workspace, '__pycache__'))).toBe(false);
});

test('a bash script runs in the image that its skill names, which a rule may name as well', async () => {
  const { Id } = await new Docker({ socketPath: usualDockerSocket }).getImage(usualSandboxImage).inspect();
  const { call } = world(`image: ${Id}\n${frontMatter}`);
  const both = rule(`allow: { tool: ["logs/*"], read: ["logs"] }, grant: { image: "${Id}" }`);
  for (const rules of [logs, both]) {
    const result = await call('logs/count', {}, rules);
    expect([said(result), result.grants.image]).toEqual(['ok: 3\n', Id]);
  }
});

test('a container that waits is taken for the very same script alone', async () => {
  const { call, bench } = world(frontMatter, { pool: { perProfileMax: 2, containersMax: 4, idleMs: 60_000 } });
  const rules = rule('allow: { tool: ["logs/*"], read: ["logs"] }, grant: { read: ["logs"] }');
  expect(said(await call('logs/count', {}, rules))).toBe('ok: 3\n');
  await expect.poll(() => bench.executor.waiting, { timeout: 10_000, interval: 20 }).toBeGreaterThan(0);
  expect(said(await call('logs/look', { code: 'ls /run/sallyport-script/scripts' }, rules))).toMatch(/\nlook\n$/);
  expect(said(await call('logs/count', {}, rules))).toBe('ok: 3\n');
});

test('where no container waits, because PID 1 was not compiled, a script runs all the same', async () => {
  const { call } = world(frontMatter, { findInit: async () => undefined });
  expect(said(await call('logs/count', {}, logs))).toBe('ok: 3\n');
});
