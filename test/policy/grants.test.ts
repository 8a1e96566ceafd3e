import { expect, test } from 'vitest';
import { compilePathPattern, coversPath } from '../../src/kernel/path-patterns.ts';
import type { Effect } from '../../src/kernel/types.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { exactPathEntry } from '../../src/policy/path-pattern.ts';
import { actionOf, caller, connect, decisionOf, read, run, tool, write } from './situations.ts';

const file = (name: string, rules: string) => ({ path: `${name}.yaml`, text: `policy: ${name}\nrules:\n${rules}` });
const rule = (id: string, body: string) => `  - { id: ${id}, because: it is so, ${body} }\n`;
const make: readonly Effect[] = [tool('exec'), run('make')];
const grantsOf = async (
  files: ReturnType<typeof file>[],
  effects = make,
  sandbox: 'isolate' | 'container' = 'container',
) => (await decisionOf(files, effects, {}, sandbox)).grants;

test('a command gets the workspace read-only and nothing else', async () => {
  expect(await grantsOf([file('one', rule('a', 'allow: { run: ["make"] }'))])).toEqual({
    read: ['.'],
    write: [],
    exceptRead: [],
    exceptWrite: [],
    connect: [],
    exceptConnect: [],
    secrets: [],
    inject: [],
    runtime: 'runc',
    image: '',
    limits: { wallMs: 60_000, memoryMiB: 512, pids: 128, cpus: 1, outputBytes: 1_048_576 },
  });
});

test('an isolate gets exactly the effects that were allowed', async () => {
  const rules = rule('a', 'allow: { read: ["**"], write: ["**"], connect: ["*"] }');
  const effects = [tool('t'), read('a/b'), write('c'), connect('example.com'), connect('2606::1', 8443)];
  const grants = await grantsOf([file('one', rules)], effects, 'isolate');
  expect(grants).toMatchObject({
    read: ['a/b'],
    write: ['c'],
    connect: ['GET https://[2606::1]:8443/', 'GET https://example.com/'],
  });
});

test('an implied effect grants nothing by itself', async () => {
  const grants = await grantsOf(
    [file('one', rule('a', 'allow: { tool: ["t"], read: ["**"] }'))],
    [tool('t', 'own'), read('a', 'implied')],
    'isolate',
  );
  expect(grants.read).toEqual([]);
});

test('a granted file whose name has glob characters covers itself and no other', () => {
  for (const name of ['a[1].txt', 'a*', 'what?', '[x]/y', 'a\\*b', '**']) {
    const entry = compilePathPattern(exactPathEntry(name), '/w');
    expect(entry(`/w/${name}`), name).toBe(true);
    expect(entry(`/w/${name}/below`), name).toBe(true);
    for (const other of ['/w/a1.txt', '/w/ab', '/w/whatx', '/w/x/y', '/w/z', '/w/a/b'])
      expect(entry(other), `${name} ${other}`).toBe(false);
  }
});

test('what a deny rule closes stays closed inside what is granted', async () => {
  const rules =
    rule('a', 'allow: { run: ["make"] }, grant: { write: ["."] }') +
    rule('b', 'deny: { read: ["**/.env"], write: ["**/.git/hooks"] }');
  const { exceptRead, exceptWrite } = await grantsOf([file('one', rules)]);
  const closes = (patterns: readonly string[], path: string) =>
    coversPath(
      patterns.map((one) => compilePathPattern(one, '/w')),
      path,
    );
  expect(closes(exceptRead, '/w/app/.env')).toBe(true);
  expect(closes(exceptRead, '/w/src')).toBe(false);
  expect(closes(exceptWrite, '/w/app/.env')).toBe(true);
  expect(closes(exceptWrite, '/w/.git/hooks/pre-commit')).toBe(true);
});

test('a deny rule that begins anywhere also closes what is granted outside, but never the workspace it lies in', async () => {
  const rules =
    rule('a', 'allow: { run: ["make"] }, grant: { read: ["/srv/data"] }') +
    rule('b', 'deny: { read: ["**/.env", "**/work/**"] }');
  const { exceptRead } = await grantsOf([file('one', rules)]);
  const closes = (path: string) =>
    coversPath(
      exceptRead.map((one) => compilePathPattern(one, '/work/space')),
      path,
    );
  expect(closes('/srv/data/.env')).toBe(true);
  expect(closes('/work/space/work/x')).toBe(true);
  expect(closes('/work/space/src')).toBe(false);
});

test('what an ask rule is about stays closed until this very action asked it', async () => {
  const rules =
    rule('a', 'allow: { run: ["make"], write: ["**"] }, grant: { write: ["."] }') +
    rule('b', 'ask: { write: ["docs/**"] }');
  expect((await grantsOf([file('one', rules)])).exceptWrite).toEqual(['docs/**']);
  expect((await grantsOf([file('one', rules)], [tool('write'), write('docs/a')])).exceptWrite).toEqual([]);
  expect((await grantsOf([file('one', rules)], [tool('write'), write('src/a')])).exceptWrite).toEqual(['docs/**']);
});

test('an ask about everything does not undo a grant that names something, a deny does', async () => {
  const granting = rule('a', 'allow: { run: ["make"] }, grant: { write: ["coverage/**"] }');
  expect((await grantsOf([file('one', granting + rule('b', 'ask: { write: ["**"] }'))])).exceptWrite).toEqual([]);
  expect((await grantsOf([file('one', granting + rule('b', 'deny: { write: ["**"] }'))])).exceptWrite).toContain('**');
});

test('a rule whose condition does not hold closes nothing', async () => {
  const rules =
    rule('a', 'allow: { run: ["make"] }') + rule('b', 'deny: { read: ["x"] }, when: { labels: { all: [untrusted] } }');
  expect((await grantsOf([file('one', rules)])).exceptRead).toEqual([]);
  expect(
    (await decisionOf([file('one', rules)], make, { labels: ['untrusted'] }, 'container')).grants.exceptRead,
  ).toEqual(['x']);
});

test('grants are united within a layer and intersected across layers', async () => {
  const one = file(
    'one',
    rule('a', 'allow: { run: ["make"] }, grant: { write: ["out/**"], connect: ["*.a.com"], secrets: [k] }') +
      rule('b', 'allow: { run: ["mak*"] }, grant: { write: [tmp] }').replace('mak*', 'make *'),
  );
  expect(await grantsOf([one])).toMatchObject({ write: ['out/**', 'tmp'], connect: ['*.a.com'], secrets: ['k'] });
  const two = file(
    'two',
    rule('a', 'allow: { run: ["make"] }, grant: { write: ["out"], connect: ["x.a.com:443", "b.com"], secrets: [k] }'),
  );
  expect(await grantsOf([one, two])).toMatchObject({
    write: ['out', 'out/**'],
    connect: ['x.a.com:443'],
    secrets: ['k'],
  });
  const nothing = file('nothing', rule('a', 'allow: { run: ["make"] }'));
  expect(await grantsOf([one, two, nothing])).toMatchObject({ write: [], connect: [], secrets: [] });
});

test('the smallest stated limit counts, and another layer never raises one', async () => {
  const stated = (id: string, grant: string) => rule(id, `allow: { run: ["make *"] }, grant: { ${grant} }`);
  const one = file('one', stated('a', 'memoryMiB: 2048, wallMs: 600000') + stated('b', 'memoryMiB: 1024'));
  expect((await grantsOf([one])).limits).toMatchObject({ memoryMiB: 1_024, wallMs: 600_000, pids: 128 });
  const silent = file('silent', rule('a', 'allow: { run: ["make"] }'));
  expect((await grantsOf([one, silent])).limits).toMatchObject({ memoryMiB: 512, wallMs: 60_000 });
});

test('asking takes nothing away that a looser rule of the layer grants', async () => {
  const rules = rule('a', 'allow: { run: ["make"] }, grant: { write: ["."] }') + rule('b', 'ask: { run: ["make"] }');
  expect((await grantsOf([file('one', rules)])).write).toEqual(['.']);
});

test('a looser rule that is about something else, or whose conditions fail, grants nothing', async () => {
  const other = rule('a', 'allow: { run: ["cmake"] }, grant: { write: ["."] }');
  const unfit = rule('c', 'allow: { run: ["make"] }, grant: { write: ["."] }, when: { agents: [other] }');
  expect((await grantsOf([file('one', other + unfit + rule('b', 'ask: { run: ["make"] }'))])).write).toEqual([]);
});

test('a private directory inside the workspace is closed to every sandbox', async () => {
  const policy = await loadPolicy([file('one', rule('a', 'allow: { run: ["make"] }'))], {
    privateDirectories: ['/work/space/.sallyport', '/work'],
  });
  const { grants } = policy.decide(actionOf(make, 'container'), caller(), { now: 0, used: [], inputs: [] });
  expect(grants.exceptRead).toEqual(['/work/space/.sallyport']);
  expect(grants.exceptWrite).toEqual(['/work/space/.sallyport']);
});

test('a request that was allowed grants itself: its method, its path, its query', async () => {
  const rules = rule('a', 'allow: { connect: ["*"] }');
  const granted = async (path: string, sandbox: 'isolate' | 'container', method = 'GET') =>
    (await grantsOf([file('one', rules)], [tool('t'), connect('example.com', 443, method, path)], sandbox)).connect;
  expect(await granted('/a*b?q=1', 'isolate')).toEqual(['GET https://example.com/a\\*b?q=1']);
  expect(await granted('/a', 'container')).toEqual(['GET https://example.com/a', 'GET https://example.com/a?*']);
  expect(await granted('/a?q', 'container')).toContain('GET https://example.com/a?q&*');
  expect(await granted('/d/', 'container', 'PUT')).toContain('PUT https://example.com/d/*');
  expect(await granted('/', 'isolate', 'CONNECT')).toEqual(['example.com:443']);
});

test('what deny rules name of the network stays closed, also what they name by address', async () => {
  const rules =
    rule('a', 'allow: { connect: ["example.com"], run: ["make"] }') +
    rule('b', 'deny: { connect: ["10.0.0.0/8", "POST https://example.com/admin/*"] }') +
    rule('c', 'deny: { connect: ["192.168.0.0/16"] }, when: { labels: { all: [untrusted] } }');
  const closed = ['10.0.0.0/8', 'POST https://example.com/admin/*'];
  const one = [file('one', rules)];
  expect((await grantsOf(one, [tool('http'), connect('example.com')], 'isolate')).exceptConnect).toEqual(closed);
  const other = await decisionOf(one, [tool('http'), connect('example.com')], { labels: ['untrusted'] }, 'isolate');
  expect(other.grants.exceptConnect).toEqual(['10.0.0.0/8', '192.168.0.0/16', closed[1]]);
  expect((await grantsOf(one)).exceptConnect).toEqual([]);
});

test('what an ask rule names of the network stays closed until this action asked it', async () => {
  const asks = rule('b', 'ask: { connect: ["*"] }') + rule('c', 'ask: { connect: ["203.0.113.0/24"] }');
  const asked = await grantsOf([file('one', asks)], [tool('http'), connect('example.com')], 'isolate');
  expect(asked.exceptConnect).toEqual(['203.0.113.0/24']);
  const granting = (entry: string) => rule('a', `allow: { run: ["make"] }, grant: { connect: ["${entry}"] }`);
  expect((await grantsOf([file('one', granting('x.a.com:443') + asks)])).exceptConnect).toEqual(['203.0.113.0/24']);
  expect((await grantsOf([file('one', granting('10.0.0.5:5432') + asks)])).exceptConnect).toEqual(['203.0.113.0/24']);
  const narrow = rule('b', 'ask: { connect: ["x.a.com"] }');
  expect((await grantsOf([file('one', granting('*.a.com') + narrow)])).exceptConnect).toEqual(['x.a.com']);
  expect((await grantsOf([file('one', granting('x.a.com:443') + narrow)])).exceptConnect).toEqual([]);
  const denied = rule('b', 'deny: { connect: ["x.a.com"] }');
  expect((await grantsOf([file('one', granting('x.a.com:443') + denied)])).exceptConnect).toEqual(['x.a.com']);
});

const token = '{ secret: token, host: api.example.com, header: "Authorization: Bearer {secret}", env: API_TOKEN }';
const added = {
  secret: 'token',
  host: 'api.example.com',
  port: 443,
  header: 'authorization',
  template: 'Bearer {secret}',
  variable: 'API_TOKEN',
};

test('a secret is added where every layer says so, and no deny rule names it', async () => {
  const granting = (id: string) => rule(id, `allow: { run: ["make"] }, grant: { inject: [${token}] }`);
  const one = file('one', granting('a') + granting('b'));
  expect((await grantsOf([one])).inject).toEqual([added]);
  expect((await grantsOf([one, file('two', granting('a'))])).inject).toEqual([added]);
  expect((await grantsOf([one, file('two', rule('a', 'allow: { run: ["make"] }'))])).inject).toEqual([]);
  expect((await grantsOf([one, file('two', rule('a', 'deny: { secret: ["tok*"] }'))])).inject).toEqual([]);
  const other = rule('a', 'deny: { secret: ["token"] }, when: { labels: { all: [untrusted] } }');
  expect((await grantsOf([one, file('two', other)])).inject).toEqual([added]);
});

test('a secret that a deny rule names is handed to no sandbox', async () => {
  const granting = rule('a', 'allow: { run: ["make"] }, grant: { secrets: [token, other] }');
  const denying = rule('b', 'deny: { secret: ["token"] }');
  expect((await grantsOf([file('one', granting + denying)])).secrets).toEqual(['other']);
});

test('an injection that could go anywhere, or nowhere, stops the load', async () => {
  const loading = (inject: string) =>
    grantsOf([file('one', rule('a', `allow: { run: ["make"] }, grant: { inject: [{ secret: token, ${inject} }] }`))]);
  const header = 'header: "Authorization: Bearer {secret}"';
  for (const host of ['"*"', '"*.example.com"', '10.0.0.0/8', '"https://example.com/"', '"a b"'])
    await expect(loading(`host: ${host}, ${header}`), host).rejects.toThrow(/is not one host/);
  for (const text of [
    'Authorization',
    'Authorization: Bearer',
    'X: {secret} {secret}',
    'X: {other}',
    'X: {secret} {',
    'X Y: {secret}',
  ])
    await expect(loading(`host: a.com, header: "${text}"`), text).rejects.toThrow(/header|must say once/);
  await expect(loading('host: a.com, header: "Host: {secret}"')).rejects.toThrow(/set by the proxy/);
  await expect(loading(`host: a.com, ${header}, env: LD_PRELOAD`)).rejects.toThrow(/steers programs/);
  expect((await loading('host: "A.com.:8443", header: "Authorization: Basic {basic:x-access-token}"')).inject).toEqual([
    { ...added, host: 'a.com', port: 8443, template: 'Basic {basic:x-access-token}', variable: '' },
  ]);
});

test('a grant of the network names methods and paths where it wants to, and never every host', async () => {
  const granting = (entry: string) =>
    grantsOf([file('one', rule('a', `allow: { run: ["make"] }, grant: { connect: ["${entry}"] }`))]);
  expect((await granting('GET https://example.com/api/*')).connect).toEqual(['GET https://example.com/api/*']);
  for (const entry of ['*', '*:443', 'https://*/', 'GET https://*/x'])
    await expect(granting(entry), entry).rejects.toThrow(/every host/);
  await expect(granting('YELL https://example.com/')).rejects.toThrow(/not an HTTP method/);
});

const image = `sha256:${'a'.repeat(64)}`;
const other = `registry.example/tools@sha256:${'b'.repeat(64)}`;

test('gVisor runs the call as soon as one rule of one layer wants it', async () => {
  const plain = file('one', rule('a', 'allow: { run: ["make"] }'));
  const strict = file('two', rule('b', 'allow: { run: ["make"] }, grant: { runtime: runsc }'));
  expect((await grantsOf([plain])).runtime).toBe('runc');
  expect((await grantsOf([plain, strict])).runtime).toBe('runsc');
});

test('a rule names the image of the call, and rules that disagree refuse it', async () => {
  const one = rule('a', `allow: { run: ["make"] }, grant: { image: "${image}" }`);
  expect((await grantsOf([file('one', one)])).image).toBe(image);
  expect((await grantsOf([file('one', one), file('two', rule('b', `allow: { run: ["make"] }`))])).image).toBe(image);
  const two = rule('b', `allow: { run: ["make"] }, grant: { image: "${other}" }`);
  const policy = await loadPolicy([file('one', one + two)]);
  const decision = policy.decide(actionOf(make, 'container'), caller(), { now: 0, used: [], inputs: [] });
  expect([decision.verdict, decision.because]).toEqual(['deny', expect.stringContaining('different images')]);
});

test('an image without a digest stops the load', async () => {
  const text = rule('a', 'allow: { run: ["make"] }, grant: { image: "debian:12" }');
  await expect(loadPolicy([file('one', text)])).rejects.toThrow('must name one image by its digest');
});
