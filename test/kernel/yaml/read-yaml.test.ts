import { expect, test } from 'vitest';
import { readYaml } from '../../../src/kernel/yaml/read-yaml.ts';

const bounds = { bytesMax: 1_000, depthMax: 5 };

function faultsOf(text: string): readonly string[] {
  const read = readYaml(text, bounds);
  return read.kind === 'read' ? [] : read.faults.map(({ line, column, what }) => `${line}:${column} ${what}`);
}

test.each([
  ['broken YAML', 'a: [', '1:5 not valid YAML: Flow sequence'],
  ['an alias', 'a: &x 1\nb: *x', '1:7 anchors'],
  ['a tag', 'a: !!js/function x', '1:4 not valid YAML: Unresolved tag'],
  ['a key twice', 'a: 1\na: 2', '2:1 not valid YAML: Map keys must be unique'],
  ['two documents', 'a: 1\n---\nb: 1', '2:1 not valid YAML: Source contains multiple documents'],
  ['a key that would vanish', '__proto__: { a: 1 }', '1:1 a key cannot be `__proto__`'],
  ['a key that is no text', '? [a]\n: 1', 'not valid YAML'],
  ['levels beyond the bound', `${'['.repeat(12)}1${']'.repeat(12)}`, 'nested too deeply'],
  ['levels beyond the stack', '['.repeat(900), 'nested too deeply'],
  ['more bytes than the bound', `# ${'é'.repeat(500)}`, '1:1 the file is larger than 1000 bytes'],
])('%s is refused, with its place', (_, text, expected) => {
  expect(faultsOf(text)[0]).toContain(expected);
});

test('what is refused is told all at once', () => {
  expect(faultsOf('a: &x 1\nb: *x\nc: &y 2')).toHaveLength(3);
});

test('every part of the data has its place; a path that leads nowhere has that of the nearest part', () => {
  const read = readYaml('a:\n  - b: 1\n    c: [x, y]\n', bounds);
  if (read.kind === 'broken') throw new Error('it is valid');
  expect(read.data).toEqual({ a: [{ b: 1, c: ['x', 'y'] }] });
  expect(read.places.ofKey(['a', 0, 'c'])).toEqual({ line: 3, column: 5 });
  expect(read.places.ofValue(['a', 0, 'c', 1])).toEqual({ line: 3, column: 12 });
  expect(read.places.isThere(['a', 0, 'c', 2])).toBe(false);
  expect(read.places.ofValue(['a', 0, 'c', 2])).toEqual({ line: 3, column: 8 });
});
