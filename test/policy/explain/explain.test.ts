import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Action, Caller, Effect, Moment } from '../../../src/kernel/types.ts';
import { createClassifier } from '../../../src/policy/classify/classify.ts';
import { withRule } from '../../../src/policy/explain/amend.ts';
import { type Explanation, explain } from '../../../src/policy/explain/explain.ts';
import { spansOf } from '../../../src/policy/explain/spans.ts';
import { loadPolicy, type PolicyText } from '../../../src/policy/load-policy.ts';
import { builtInTools } from '../../../src/sandbox/tools/index.ts';
import { actionOf, caller, connect, moment, opaque, read, run, secret, tool, write } from '../situations.ts';

const policyOf = (rules: string, name = 'p', head = ''): PolicyText => ({
  path: `${name}.yaml`,
  text: `policy: ${name}\n${head}rules:\n${rules
    .trim()
    .split('\n')
    .map((rule) => `  - { because: so, ${rule.trim()} }\n`)
    .join('')}`,
});

const explained = async (
  files: readonly PolicyText[],
  action: Action,
  other: Partial<Caller> = {},
  at: Moment = moment,
): Promise<Explanation> => explain(action, caller(other), at, await loadPolicy(files), []);

/** Loads the files with all advised rules in them. */
async function amended(files: readonly PolicyText[], { advice }: Explanation) {
  const added = advice.flatMap((one) => (one.kind === 'add' ? [one] : []));
  const changed = files.map(({ path, text }) => ({
    path,
    text: added.filter((one) => one.path === path).reduce((before, { rule }) => withRule(before, rule), text),
  }));
  const fresh = added.filter(({ path }) => !files.some((file) => file.path === path));
  return loadPolicy([...changed, ...fresh.map(({ path, text }) => ({ path, text }))]);
}

const small = policyOf('id: docs, allow: { read: ["docs/**"] }');

test('a deny that stands in the way is named with its place, and no allow is suggested', async () => {
  const files = [policyOf('id: all, allow: { run: ["git *"] }\nid: no-push, deny: { run: ["git push *"] }')];
  const { decision, advice } = await explained(files, actionOf([tool('exec'), run('git push origin')]));
  expect(decision.verdict).toBe('deny');
  expect(advice).toEqual([
    {
      kind: 'narrow',
      policy: 'p',
      rule: 'no-push',
      path: 'p.yaml',
      line: 4,
      what: 'deny beats every allow: narrow its patterns, or name what it is not about under `except`',
    },
  ]);
});

test('for what nobody knows before it runs no rule is suggested', async () => {
  const { advice } = await explained([small], actionOf([tool('exec'), opaque('$(date)')]));
  expect(advice).toHaveLength(1);
  expect(advice[0]).toMatchObject({ kind: 'say', what: expect.stringContaining('Spell it out') });
});

test('a word that no pattern can open is said to be one', async () => {
  const action = actionOf([tool('exec'), { ...run('frob ../x'), outside: ['../x'] }]);
  const { advice } = await explained([small], action);
  expect(advice).toEqual([{ kind: 'say', what: expect.stringContaining('`../x` leads out of the workspace') }]);
});

test('a rule whose condition does not hold is told with the condition and what is the case instead', async () => {
  const files = [policyOf('id: release, allow: { run: ["npm publish"] }, when: { roles: [release], agents: [main] }')];
  const { effects } = await explained(files, actionOf([tool('exec'), run('npm publish')]), { roles: ['dev'] });
  expect(effects[1]?.layers[0]).toMatchObject({
    verdict: 'missing',
    looked: [
      {
        rule: 'release',
        line: 3,
        standing: 'not-now',
        why: "`when.roles` does not hold: the sender's roles are `dev`",
      },
    ],
  });
});

test('rules that give way, that are used up, that except the call and that nearly match are told apart', async () => {
  const rules = `
    id: open, allow: { run: ["npm *"] }
    id: asks, ask: { run: ["npm *"] }, except: { run: ["npm test"] }
    id: bound, allow: { run: ["npm test"] }, atMost: 5 per 1h
    id: near, deny: { run: ["npm publish *"] }`;
  const used = { ...moment, used: [5] };
  const { effects, advice } = await explained([policyOf(rules)], actionOf([tool('exec'), run('npm test')]), {}, used);
  const standings = Object.fromEntries(
    effects[1]?.layers[0]?.looked.map(({ rule, standing }) => [rule, standing]) ?? [],
  );
  expect(standings).toEqual({ bound: 'wins', open: 'gives-way', asks: 'excepted', near: 'no-match' });
  expect(advice).toMatchObject([{ kind: 'narrow', rule: 'bound', what: expect.stringContaining('5 per 1h') }]);
});

test('a layer that is not about the caller is named', async () => {
  const other = policyOf('id: all, deny: { run: ["*"] }', 'other', 'applies: { agents: [ci] }\n');
  const { silent } = await explained([small, other], actionOf([tool('read'), read('docs/a')]));
  expect(silent).toEqual([{ policy: 'other', path: 'other.yaml' }]);
});

test('where no layer opens anything, a new file is suggested', async () => {
  const files = [policyOf('id: no, deny: { run: ["rm *"] }')];
  const action = actionOf([tool('exec'), run('ls src'), write('out.txt')]);
  const explanation = await explained(files, action);
  expect(explanation.advice).toMatchObject([{ kind: 'add', path: 'a new policy file' }]);
  expect((await amended(files, explanation)).decide(action, caller(), moment).verdict).toBe('allow');
});

test('each layer that lacks a rule gets one', async () => {
  const files = [small, policyOf('id: x, allow: { run: [ls] }', 'q')];
  const action = actionOf([tool('exec'), run('git push')]);
  const explanation = await explained(files, action);
  expect(explanation.advice.map((one) => one.kind === 'add' && one.path)).toEqual(['p.yaml', 'q.yaml']);
  expect((await amended(files, explanation)).decide(action, caller(), moment).verdict).toBe('allow');
});

// A small world in which rules and effects meet often.
const patterns = [
  'run: ["git *"]',
  'run: ["git push *"]',
  'run: [ls]',
  'read: ["**"]',
  'read: ["**/.env"]',
  'write: [docs]',
  'connect: ["*"]',
  'secret: ["k*"]',
  'tool: [js]',
  'opaque: ["$X"]',
];
const conditions = [
  '',
  '',
  ', when: { labels: { any: [untrusted] } }',
  ', when: { roles: [dev] }',
  ', except: { run: ["git push origin"] }',
];
const ruleBody = fc
  .tuple(fc.constantFrom('allow', 'ask', 'deny'), fc.constantFrom(...patterns), fc.constantFrom(...conditions))
  .map(
    ([verdict, pattern, when]) =>
      `${verdict}: { ${pattern}${verdict === 'deny' ? '' : ', send: ["nobody ever"]'} }${when.includes('except') && !pattern.startsWith('run') ? '' : when}`,
  );
const layers = fc.array(fc.array(ruleBody, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 });
const filesOf = (some: readonly (readonly string[])[]) =>
  some.map((bodies, at) => policyOf(bodies.map((body, index) => `id: r${index}, ${body}`).join('\n'), `p${at}`));
const someEffects = fc
  .subarray<Effect>([
    run('git push origin'),
    run('git status'),
    run('ls'),
    read('.env'),
    read('docs/a', 'implied'),
    write('docs/b'),
    connect('example.com'),
    secret('key'),
    opaque('$X'),
  ])
  .map((some): Action => actionOf([tool('exec'), ...some], 'container'));
const someone = fc.record({ labels: fc.constantFrom([], ['untrusted']), roles: fc.constantFrom([], ['dev']) });

test('the explanation is of the decision itself, and the rules it shows as winning are those of the decision', async () => {
  await fc.assert(
    fc.asyncProperty(layers, someEffects, someone, async (some, action, who) => {
      const files = filesOf(some);
      const { decision, effects } = await explained(files, action, who);
      expect(decision).toEqual((await loadPolicy(files)).decide(action, caller(who), moment));
      const winning = effects.flatMap((one) =>
        one.layers.flatMap(({ looked }) => looked.filter(({ standing }) => standing === 'wins')),
      );
      const counted = decision.verdict === 'deny' ? winning.filter(({ verdict }) => verdict === 'deny') : winning;
      const names = (all: readonly { policy: string; rule: string }[]) =>
        [...new Set(all.map(({ policy, rule }) => `${policy} ${rule}`))].sort();
      // What nobody can approve is denied by asks.
      if (!decision.because.startsWith('nobody can approve')) expect(names(counted)).toEqual(names(decision.rules));
    }),
    { numRuns: 300 },
  );
});

const word = fc.oneof(
  fc.stringMatching(/^[a-z0-9./=:,@-]{1,8}$/),
  fc.constantFrom(
    '*',
    'a*b',
    "it's",
    'two words',
    '"',
    '\\',
    '!x',
    '#',
    'A=1',
    '~',
    '--all',
    '',
    '{a,b}',
    '$HOME',
    '日本',
    'dir/**',
    ';',
    '\\*',
  ),
);
const program = fc.oneof(
  fc.constantFrom('git', 'frob', 'kubectl', './run.sh', 'tool.sh', 'A=1', '#x'),
  word.filter((text) => text !== ''),
);
const anyEffect: fc.Arbitrary<Effect> = fc.oneof(
  fc
    .tuple(
      program,
      fc.array(word, { maxLength: 4 }),
      fc.constantFrom<readonly string[]>([], [], ['LD_PRELOAD=x y'], ['E=*']),
    )
    .map(([name, words, assignments]) => ({ ...run(''), argv: [name, ...words], assignments })),
  fc
    .tuple(
      fc.constantFrom(read, write),
      fc.array(
        fc.stringMatching(/^[a-zA-Z0-9 *?[\]{}!+@(),#-]{1,6}$/).filter((name) => name.trim() === name),
        { minLength: 1, maxLength: 3 },
      ),
    )
    .map(([made, names]) => made(names.join('/'))),
  fc
    .tuple(
      fc.constantFrom('example.com', 'db.internal', '10.1.2.3'),
      fc.constantFrom('GET', 'POST', 'CONNECT'),
      fc.stringMatching(/^\/[a-z*%/?=-]{0,8}$/),
    )
    .map(([host, method, rest]) => connect(host, 443, method, rest)),
  fc.stringMatching(/^[a-z][a-z0-9./:-]{0,8}$/).map(secret),
  fc.constant(read('.')),
);

/** Effects next to one: more words, other words, a file beside it, the directory above it, another method, host and path. */
function beside(effect: Effect): readonly Effect[] {
  switch (effect.kind) {
    case 'run':
      return [
        { ...effect, argv: [...effect.argv, 'more'] },
        { ...effect, argv: [...effect.argv.slice(0, -1), `${effect.argv.at(-1)}x`] },
        { ...effect, argv: ['sudo', ...effect.argv] },
        { ...effect, assignments: [...effect.assignments, 'PATH=x'] },
        {
          ...effect,
          argv: effect.argv.map((one, index) =>
            index > 0 && one.includes('*') ? one.replaceAll('*', 'zz') : `${one}`,
          ),
          spellings: [['never']],
        },
      ].filter(
        (other) =>
          JSON.stringify([other.argv, other.assignments]) !== JSON.stringify([effect.argv, effect.assignments]),
      );
    case 'read':
    case 'write': {
      const make = effect.kind === 'read' ? read : write;
      const above = effect.path.includes('/') ? effect.path.slice(0, effect.path.lastIndexOf('/')) : '.';
      const others = effect.path === '.' ? ['src'] : [`${effect.path}x`, above, effect.path.replace(/[*?]/, 'zz')];
      return others.filter((path) => path !== effect.path).map((path) => make(path));
    }
    case 'connect':
      return [
        { ...effect, host: `other.${effect.host}`, url: effect.url.replace(effect.host, `other.${effect.host}`) },
        { ...effect, port: 444 },
        ...(effect.method === 'CONNECT'
          ? []
          : [
              { ...effect, method: 'DELETE' },
              { ...effect, url: `${effect.url}z` },
              { ...effect, url: effect.url.replace('*', 'zz') },
            ]),
      ].filter((other) => JSON.stringify(other) !== JSON.stringify(effect));
    case 'secret':
      return [secret(`${effect.name}x`)];
    default:
      return [];
  }
}

test('the suggested rule makes the call allowed, and nothing beside it', async () => {
  let suggested = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyEffect, { minLength: 1, maxLength: 2 }), async (some) => {
      const action = actionOf([tool('exec'), ...some], 'container');
      const explanation = await explained([small], action);
      if (explanation.decision.verdict !== 'deny' || !explanation.advice.some(({ kind }) => kind === 'add')) return;
      expect(explanation.advice.map(({ kind }) => kind)).toEqual(['add']);
      suggested += 1;
      const policy = await amended([small], explanation);
      expect(policy.decide(action, caller(), moment).verdict).toBe('allow');
      const same = new Set(some.map((effect) => JSON.stringify(effect)));
      // Two rules' worth of patterns may cover what lies beside one of them.
      for (const other of (some.length === 1 ? some : [])
        .flatMap(beside)
        .filter((effect) => !same.has(JSON.stringify(effect)))) {
        const alone = actionOf([tool('exec'), other], 'container');
        const before = (await loadPolicy([small])).decide(alone, caller(), moment).verdict;
        const isBelow = some.some(
          (effect) => 'path' in effect && 'path' in other && other.path.startsWith(`${effect.path}/`),
        );
        if (!isBelow) expect(policy.decide(alone, caller(), moment).verdict, JSON.stringify(other)).toBe(before);
      }
    }),
    { numRuns: 400 },
  );
  expect(suggested).toBeGreaterThan(200);
});

const commands = [
  'git push origin main',
  'npm run build && git status',
  "grep -rn 'two words' src | head -3 > out.txt",
  'curl -s https://api.example.com/v1/items?x=1',
  'FOO=bar make test',
  "sed -n '1,3p' notes.md",
  "find . -name '*.log' -delete",
  'tee notes.md',
  'cat "odd name" docs/*',
  'ls /srv/data',
];

test('of real commands the suggested rule allows exactly the command, with examples that hold', async () => {
  const classifier = createClassifier({ tools: builtInTools, privateDirectories: [] });
  for (const command of commands) {
    const who = caller({ workspace: import.meta.dirname });
    const classify = async (text: string) => {
      const made = await classifier.classify({ id: 'c', tool: 'exec', args: { command: text } }, who);
      if (made.kind === 'unclear') throw new Error(made.because);
      return made.action;
    };
    const action = await classify(command);
    const explanation = await explain(
      action,
      who,
      moment,
      await loadPolicy([small]),
      await spansOf(command, action, []),
    );
    expect(
      explanation.advice.map(({ kind }) => kind),
      command,
    ).toEqual(['add']);
    const policy = await amended([small], explanation);
    expect(policy.decide(action, who, moment).verdict, command).toBe('allow');
    expect(policy.decide(await classify(`${command} more`), who, moment).verdict, command).toBe('deny');
    expect(policy.decide(await classify(`${command}; id`), who, moment).verdict, command).toBe('deny');
    const [, ...parts] = explanation.effects;
    expect(
      parts.every(({ span }) => span !== null && span.start < span.end),
      command,
    ).toBe(true);
  }
});

test('an effect carries the part of the command it comes from', async () => {
  const classifier = createClassifier({ tools: builtInTools, privateDirectories: [] });
  const command = 'git status && frob x > out.txt';
  const made = await classifier.classify({ id: 'c', tool: 'exec', args: { command } }, caller());
  if (made.kind === 'unclear') throw new Error(made.because);
  const { effects } = await explain(
    made.action,
    caller(),
    moment,
    await loadPolicy([small]),
    await spansOf(command, made.action, []),
  );
  const parts = effects.map(({ effect, span }) => [
    effect.kind,
    span === null ? null : command.slice(span.start, span.end),
  ]);
  expect(parts).toContainEqual(['tool', null]);
  expect(parts).toContainEqual(['run', 'git status']);
  expect(parts).toContainEqual(['write', '> out.txt']);
});
