import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { loadPolicy, PolicyLoadError } from '../../src/policy/load-policy.ts';

async function problemsOf(text: string): Promise<string> {
  try {
    await loadPolicy([{ path: 'p.yaml', text }]);
    return 'loaded';
  } catch (error) {
    if (error instanceof PolicyLoadError) return error.message;
    throw error;
  }
}

const withRule = (lines: string) => problemsOf(`policy: p\nrules:\n  - id: r\n    because: so\n${lines}`);

test('text that is not a policy stops the load with its place', async () => {
  expect(await problemsOf('')).toContain('could not load `p.yaml:1:1`');
  expect(await problemsOf('[')).toContain('not valid YAML');
  expect(await problemsOf('policy: p\nrules: {')).toMatch(/p\.yaml:2:\d+/);
  expect(await problemsOf('- a')).toContain('the file');
  expect(await problemsOf('['.repeat(5_000))).toContain('nested too deeply');
  expect(await problemsOf(`policy: p\nrules: []\n${'#'.repeat(1_100_000)}`)).toContain('larger than');
});

test('what YAML could hide is refused', async () => {
  expect(await problemsOf('policy: &p p\nrules: []')).toContain('anchors');
  expect(await problemsOf('policy: p\nrules: *r')).not.toBe('loaded');
  expect(await problemsOf('policy: p\nrules: []\n---\npolicy: q\nrules: []')).toContain('multiple documents');
  expect(await problemsOf('policy: p\npolicy: q\nrules: []')).toContain('unique');
  expect(await problemsOf('policy: !!js/function p\nrules: []')).not.toBe('loaded');
});

test('an unknown key stops the load with file, line, column and rule', async () => {
  expect(await withRule('    alow: { run: ["ls"] }\n    allow: { run: ["ls"] }')).toBe(
    'could not load `p.yaml:5:5`, rule `r`: unknown key `alow`; remove it or correct its spelling',
  );
});

test('a rule without a reason, without effects or with two verdicts stops the load', async () => {
  expect(await problemsOf('policy: p\nrules:\n  - id: r\n    allow: { run: ["ls"] }')).toContain('because');
  expect(await withRule('    allow: {}')).toContain('names nothing');
  expect(await withRule('    allow: { run: [] }')).toContain('p.yaml:5:14');
  expect(await withRule('')).toContain('exactly one of');
  expect(await withRule('    allow: { run: ["ls"] }\n    deny: { run: ["ls"] }')).toContain('exactly one of');
  expect(await withRule('    deny: { run: ["ls"] }\n    grant: { read: ["x"] }')).toContain('grants nothing');
  expect(await withRule('    allow: { run: ["ls"] }\n    approvers: { count: 2 }')).toContain('only an ask rule');
});

test('an escalation that would never let anybody in stops the load', async () => {
  const asks = (approvers: string) => withRule(`    ask: { run: ["ls"] }\n    approvers: { ${approvers} }`);
  expect(await asks('escalate: { after: 15m, roles: [lead] }')).toContain('has expired after 15 min');
  expect(await asks('within: 5m, escalate: { after: 1h, roles: [lead] }')).toContain('has expired after 5 min');
  expect(await asks('escalate: { after: 5m, roles: [operator] }')).toContain('may answer from the start');
  expect(await asks('roles: [lead, oncall], escalate: { after: 5m, roles: [lead] }')).toContain('from the start');
  expect(await asks('roles: [oncall], escalate: { after: 5m, roles: [lead, oncall] }, stepUp: code')).toBe('loaded');
});

test('two rules of one id, and two files of one name, stop the load', async () => {
  const rule = '  - { id: r, because: so, allow: { run: ["ls"] } }\n';
  expect(await problemsOf(`policy: p\nrules:\n${rule}${rule}`)).toContain('p.yaml:4:7`, rule `r`: another rule');
  const file = { path: 'p.yaml', text: `policy: p\nrules:\n${rule}` };
  await expect(loadPolicy([file, { ...file, path: 'q.yaml' }])).rejects.toThrow('is named `p` too');
});

test('a rule that a deny rule beside it always takes back stops the load, naming both', async () => {
  const policyOf = (...rules: readonly string[]) =>
    problemsOf(`policy: p\nrules:\n${rules.map((rule) => `  - { because: so, ${rule} }\n`).join('')}`);
  const denies = 'id: d, deny: { run: ["git push *"], read: ["**/.env"] }';
  expect(await policyOf('id: a, allow: { run: ["git push origin *"] }', denies)).toBe(
    'could not load `p.yaml:3:27`, rule `a`: can never open anything: rule `d` always denies all it names, such as `git push *`; remove one of the two, or narrow `d`',
  );
  expect(await policyOf(denies, 'id: a, ask: { read: [app/.env, .env], run: ["git push"] }')).toContain('rule `a`');
  // A `curl` with its URL opens the connection for other tools, too.
  expect(await policyOf('id: a, allow: { run: ["curl https://x.test/a"] }', 'id: d, deny: { run: ["curl *"] }')).toBe(
    'loaded',
  );
  // A pattern that is still open, a deny that holds only at times or excepts something, another layer: all of it may be meant.
  expect(await policyOf('id: a, allow: { run: ["git push", "git log"] }', denies)).toBe('loaded');
  expect(await policyOf('id: a, allow: { run: ["git push"] }', `${denies}, when: { agents: [ci] }`)).toBe('loaded');
  expect(await policyOf('id: a, allow: { run: ["git push"] }', `${denies}, except: { run: ["git push"] }`)).toBe(
    'loaded',
  );
  await expect(
    loadPolicy([
      { path: 'p.yaml', text: `policy: p\nrules: [{ because: so, id: a, allow: { run: ["git push"] } }]` },
      { path: 'q.yaml', text: `policy: q\nrules: [{ because: so, ${denies} }]` },
    ]),
  ).resolves.toBeDefined();
});

test('patterns that mean something else than they look like stop the load', async () => {
  const patterns = [
    '!src',
    '#src',
    '',
    ' ',
    'a\\u0000b',
    'a\\u202eb',
    '../x',
    '~/x',
    '$HOME/.ssh/**',
    'src/$name/x',
    'file:///etc/**',
    '/workspace/.env',
    '/workspace',
    'src/**.ts',
    '{a,b}{c,d}{e,f}{g,h}',
    '{1..9}',
    '+(a|b)',
    'a\\\\b',
  ];
  for (const pattern of patterns)
    expect(await withRule(`    deny: { read: ["${pattern}"] }`), pattern).not.toBe('loaded');
  for (const pattern of ['http://', '*a.com', 'a b', 'host:0', 'FETCH https://a.com/']) {
    expect(await withRule(`    deny: { connect: ["${pattern}"] }`), pattern).toContain('p.yaml:5:23');
  }
  expect(await withRule('    deny: { run: ["a; b"] }')).toContain('could not read run pattern');
});

test('an allow that means anything stops the load and says what to write instead', async () => {
  const runs = [
    '*',
    'bash *',
    'sh -c *',
    'env *',
    'python -c *',
    'python3 *',
    'node -e *',
    'sudo *',
    'xargs *',
    'npx *',
    'docker run *',
    '/bin/bash *',
    'b*',
    'python3.11 -c *',
    'env -i *',
    'FOO=1 bash *',
    'bash -lc *',
    'node --eval *',
    'perl -pe *',
    'bash',
    'sh -s',
    'python3 -',
    "sh -c '*'",
  ];
  for (const pattern of runs) {
    const told = await withRule(`    allow: { run: ["${pattern}"] }`);
    expect(told, pattern).toContain('; name the exact command, or use `ask`');
  }
  const writes = [
    '/**',
    '/',
    '/etc/**',
    '/home/**',
    '/home/me/**',
    '/root/x',
    '/usr/bin/x',
    '/*/x',
    '/var/run/docker.sock',
    '/tmp',
  ];
  for (const pattern of writes)
    expect(await withRule(`    allow: { write: ["${pattern}"] }`), pattern).toContain('write: [');
  for (const pattern of ['/', '/**', '/etc/**', '/proc/self/environ', '/home']) {
    expect(await withRule(`    allow: { read: ["${pattern}"] }`), pattern).toContain('read: [');
  }
  for (const pattern of ['*.com', '0.0.0.0/0', '128.0.0.0/1', '::/0', 'https://*.com/*']) {
    expect(await withRule(`    allow: { connect: ["${pattern}"] }`), pattern).toContain('covers');
  }
  for (const kind of ['tool', 'secret', 'opaque'])
    expect(await withRule(`    allow: { ${kind}: ["*"] }`), kind).toContain('use `ask`');
});

test('a grant of the machine, of every host or of the container engine stops the load', async () => {
  for (const grant of [
    'write: ["/"]',
    'read: ["/etc/**"]',
    'read: ["/var/run/docker.sock"]',
    'read: ["/home/me"]',
    'connect: ["*"]',
    'secrets: ["*"]',
    'read: ["../x"]',
    'wallMs: 99999999',
    'memoryMiB: 0',
    'cpus: .inf',
    'connect: ["GET https://*/x"]',
  ]) {
    expect(await withRule(`    allow: { run: ["make"] }\n    grant: { ${grant} }`), grant).not.toBe('loaded');
  }
  expect(
    await withRule(
      '    allow: { run: ["make"] }\n    grant: { read: [".", "/srv/data/x"], write: ["build/**"], connect: ["a.com:443"], wallMs: 600000 }',
    ),
  ).toBe('loaded');
});

test('narrow allows that sane operators write do load', async () => {
  for (const pattern of [
    'ls *',
    'npm test',
    'git -C * status',
    'python scripts/report.py *',
    'bash scripts/build.sh *',
    'env',
    'python --version',
    'kubectl get *',
    'timeout 10 npm test *',
    'node --version',
    'sudo systemctl status *',
  ]) {
    expect(await withRule(`    allow: { run: ["${pattern}"] }`), pattern).toBe('loaded');
  }
  expect(
    await withRule(
      '    allow: { write: ["**", "/srv/app/data/**"], read: ["/etc/ssl/certs/**"], connect: ["*", "10.0.0.0/8", "*.example.com:443"] }',
    ),
  ).toBe('loaded');
});

test('an example that does not hold stops the load with its place', async () => {
  expect(await withRule('    allow: { read: ["src/**"] }\n    matches: ["src/a", "docs/a"]')).toBe(
    'could not load `p.yaml:6:24`, rule `r`: example 2 of `matches`, `docs/a`, does not match; correct the pattern or the example',
  );
  expect(await withRule('    deny: { connect: ["*.a.com"] }\n    doesNotMatch: ["https://x.a.com/"]')).toContain(
    'matches; make the pattern narrower',
  );
  expect(await withRule('    allow: { run: ["npm test"] }\n    matches: ["npm publish"]')).toContain('does not match');
});

test('every problem of every file is told at once', async () => {
  const told = await problemsOf(
    'policy: p\nrules:\n  - { id: a, because: so, allow: { run: ["*"] } }\n  - { id: b, because: so, deny: { read: ["!x"] } }',
  );
  expect(told.split('\n')).toHaveLength(2);
});

test('the shipped default policy loads', async () => {
  const path = 'policies/default.yaml';
  expect((await loadPolicy([{ path, text: await readFile(path, 'utf8') }])).digest).toMatch(/^sha256:/);
});
