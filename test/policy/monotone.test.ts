import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Effect, Verdict } from '../../src/kernel/types.ts';
import { loadPolicy, type PolicyText } from '../../src/policy/load-policy.ts';
import { actionOf, caller, connect, opaque, read, run, secret, tool, write } from './situations.ts';

// A small world in which patterns and effects meet often.
const kinds = {
  run: ['git *', 'git push *', 'ls', 'ls *'],
  read: ['**', 'docs/**', 'docs/a', '**/.env', '/srv/x'],
  write: ['**', 'docs/**', 'src'],
  connect: ['*', 'example.com', '*.example.com:443', '10.0.0.0/8'],
  secret: ['key', 'key-*'],
  tool: ['exec', 'js'],
  opaque: ['$X', '$*'],
} as const;
const kindNames = ['run', 'read', 'write', 'connect', 'secret', 'tool', 'opaque'] as const;

const patterns = fc
  .constantFrom(...kindNames)
  .chain((kind) =>
    fc.subarray([...kinds[kind]], { minLength: 1 }).map((chosen) => `${kind}: ${JSON.stringify(chosen)}`),
  );
const condition = fc.constantFrom(
  '',
  '',
  ', when: { labels: { any: [untrusted] } }',
  ', when: { labels: { none: [untrusted] } }',
);
const grant = fc.constantFrom('', ', grant: { write: [out] }', ', grant: { read: ["/srv/x"], memoryMiB: 1024 }');
// A rule that deny rules beside it take back as a whole does not load, so each opens a little that no deny names.
const alsoOpens = ', send: ["nobody ever"]';
const rule = fc
  .record({ verdict: fc.constantFrom('allow', 'ask', 'deny'), patterns, condition, grant })
  .map(
    ({ verdict, patterns: kind, condition: when, grant: grants }) =>
      `because: so, ${verdict}: { ${kind}${verdict === 'deny' ? '' : alsoOpens} }${when}${verdict === 'deny' ? '' : grants}`,
  );
const denyRule = fc
  .record({ patterns, condition })
  .map(({ patterns: kind, condition: when }) => `because: so, deny: { ${kind} }${when}`);
const applies = fc.constantFrom('', '', 'applies: { agents: [main] }\n', 'applies: { agents: [other] }\n');
const layer = fc.record({ applies, rules: fc.array(rule, { maxLength: 5 }) });
type LayerSource = { readonly applies: string; readonly rules: readonly string[] };

const effect: fc.Arbitrary<Effect> = fc.constantFrom<Effect>(
  run('git push origin'),
  run('git status'),
  run('ls'),
  read('docs/a'),
  read('.env'),
  read('/srv/x'),
  read('docs/a', 'implied'),
  write('docs/b'),
  write('src/c'),
  connect('example.com'),
  connect('a.example.com'),
  connect('10.0.0.1'),
  secret('key-1'),
  opaque('$X'),
  tool('js', 'own'),
);
const effects = fc.array(effect, { maxLength: 4 }).map((some): readonly Effect[] => [tool('exec'), ...some]);
const labels = fc.constantFrom<readonly string[]>([], ['untrusted']);

const files = (layers: readonly LayerSource[]): readonly PolicyText[] =>
  layers.map(({ applies: head, rules }, index) => {
    const lines = rules.map((body, at) => `  - { id: r${at}, ${body} }\n`);
    return {
      path: `p${index}.yaml`,
      text: `policy: p${index}\n${head}rules:${lines.length === 0 ? ' []' : ''}\n${lines.join('')}`,
    };
  });

const decide = async (sources: readonly PolicyText[], some: readonly Effect[], gathered: readonly string[]) =>
  (await loadPolicy(sources)).decide(actionOf(some, 'container'), caller({ labels: gathered }), {
    now: 0,
    used: [],
    inputs: [],
  });

const strictness: Readonly<Record<Verdict, number>> = { allow: 0, ask: 1, deny: 2 };
const numRuns = 300;

test('P4: a deny rule added anywhere never loosens a verdict', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(layer, { minLength: 1, maxLength: 3 }),
      denyRule,
      fc.nat(2),
      effects,
      labels,
      async (layers, added, at, some, gathered) => {
        const tighter = layers.map((one, index) =>
          index === at % layers.length ? { ...one, rules: [...one.rules, added] } : one,
        );
        const before = await decide(files(layers), some, gathered);
        const after = await decide(files(tighter), some, gathered);
        expect(strictness[after.verdict]).toBeGreaterThanOrEqual(strictness[before.verdict]);
      },
    ),
    { numRuns },
  );
});

test('P4: a layer added to a policy never loosens what that policy already judged', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(layer, { minLength: 1, maxLength: 3 }),
      layer,
      effects,
      labels,
      async (layers, added, some, gathered) => {
        const before = await decide(files(layers), some, gathered);
        // The first layer that opens something is what opens; there is nothing before it that it could loosen.
        fc.pre(before.verdict !== 'deny' || !before.because.includes('no policy that allows anything'));
        const after = await decide(files([...layers, added]), some, gathered);
        expect(strictness[after.verdict]).toBeGreaterThanOrEqual(strictness[before.verdict]);
        if (after.verdict === 'deny') return;
        expect(after.grants.limits.memoryMiB).toBeLessThanOrEqual(before.grants.limits.memoryMiB);
        expect(before.grants.write).toEqual(expect.arrayContaining([...after.grants.write]));
        expect(after.grants.exceptRead).toEqual(
          expect.arrayContaining(before.grants.exceptRead.filter((path) => path.includes('.env'))),
        );
      },
    ),
    { numRuns },
  );
});

test('P4: an effect added to an action never loosens its verdict', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(layer, { maxLength: 3 }),
      effects,
      effect,
      labels,
      async (layers, some, added, gathered) => {
        const hasOwn = some.some(({ standing }) => standing === 'own');
        fc.pre(hasOwn);
        const before = await decide(files(layers), some, gathered);
        const after = await decide(files(layers), [...some, added], gathered);
        expect(strictness[after.verdict]).toBeGreaterThanOrEqual(strictness[before.verdict]);
      },
    ),
    { numRuns },
  );
});

test('P4: the order of files and rules never matters, also not for grants, terms and reasons', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(layer, { maxLength: 3 }), effects, labels, async (layers, some, gathered) => {
      const sources = files(layers);
      const reversed = sources.map(({ path, text }) => {
        const [head = '', ...lines] = text.split(/(?=^ {2}- )/m);
        return { path, text: head + lines.reverse().join('') };
      });
      expect(await decide([...reversed].reverse(), some, gathered)).toEqual(await decide(sources, some, gathered));
    }),
    { numRuns },
  );
});

test('nothing is allowed without an allow rule for each own effect', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(layer, { maxLength: 3 }), effects, labels, async (layers, some, gathered) => {
      const all = await decide(files(layers), some, gathered);
      const opened = all.verdict === 'deny' ? [] : some;
      for (const one of opened.filter(({ standing }) => standing === 'own')) {
        const alone = await decide(files(layers), [tool('exec'), one], gathered);
        expect(alone.verdict).not.toBe('deny');
        const withoutOpening = layers.map((source) => ({
          ...source,
          rules: source.rules.filter((body) => body.includes('deny:')),
        }));
        expect((await decide(files(withoutOpening), [tool('exec'), one], gathered)).verdict).toBe('deny');
      }
    }),
    { numRuns },
  );
});
