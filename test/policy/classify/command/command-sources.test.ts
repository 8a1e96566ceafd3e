import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandSources } from '../../../../src/policy/classify/command/command-sources.ts';
import { harmless } from './harmless.ts';
import { hostile } from './hostile.ts';
import { place, read } from './workspace.ts';

/** Each effect of the command with the text that it comes from. */
async function sourcesOf(command: string): Promise<readonly string[]> {
  const reading = await read(command);
  const spans = await commandSources(command, place);
  if (reading.kind === 'unclear') return [];
  expect(spans).toHaveLength(reading.effects.length);
  return spans.map(({ start, end }, index) => {
    const effect = reading.effects[index];
    const what = effect?.kind === 'run' ? effect.argv.join(' ') : effect?.kind === 'opaque' ? 'opaque' : effect?.kind;
    return `${what} <- ${command.slice(start, end)}`;
  });
}

test('a command that is not understood has no sources', async () => {
  expect(await commandSources('ls "', place)).toEqual([]);
});

test('each effect comes from its simple command, redirection or substitution', async () => {
  expect(await sourcesOf('git  status; foo "$(bar x)" > out.txt')).toEqual([
    'git status <- git  status',
    'bar x <- bar x',
    'write <- > out.txt',
    'opaque <- foo "$(bar x)" > out.txt',
    'foo "$(\'bar\' \'x\')" <- foo "$(bar x)" > out.txt',
  ]);
});

test('positions count units of the text, also after an emoji and inside of here-documents', async () => {
  expect(await sourcesOf("echo '🚀'; cat <<E | foo\n$(bar)\nE\n")).toEqual(
    expect.arrayContaining(['foo <- foo', 'bar <- bar']),
  );
});

test('what is found in the text of another shell comes from the command that starts that shell', async () => {
  expect(await sourcesOf("ls; sh -c 'foo; bar'")).toEqual(
    expect.arrayContaining(["foo <- sh -c 'foo; bar'", "bar <- sh -c 'foo; bar'"]),
  );
});

test('rounds of a loop come from its body', async () => {
  expect(await sourcesOf('for f in a b; do foo $f; done')).toEqual(
    expect.arrayContaining(['foo a <- foo $f', 'foo b <- foo $f']),
  );
});

test('every source lies within the text, and is there for every effect', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...harmless, ...hostile),
      fc.constantFrom('', 'ls; ', '{ ls; }\n'),
      async (line, before) => {
        const command = before + line;
        for (const source of await sourcesOf(command)) expect(source).not.toBe('');
        for (const { start, end } of await commandSources(command, place)) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(command.length);
        }
      },
    ),
    { numRuns: 200 },
  );
});
