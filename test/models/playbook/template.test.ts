import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../../src/kernel/types.ts';
import { readOutput } from '../../../src/models/playbook/position.ts';
import { Budget, RenderError, renderText, renderValue, type Scope } from '../../../src/models/playbook/render.ts';
import { parseTemplate, type Template } from '../../../src/models/playbook/template.ts';

const log = 'one two\nthree ERROR four\nfive\nsix ERROR\n';
const data =
  '{"minute":"12:04","errors":42,"top":[{"service":"pay"},null],"odd key":1,"outcome":"mine","none":null,"":"empty key"}';

const scope: Scope = {
  message: 'what broke?',
  results: new Map(
    Object.entries({ log, data, hash: '1234567', empty: '' }).map(([name, output]) => [
      name,
      { outcome: 'ok' as const, output, because: '', value: readOutput(output) },
    ]),
  ),
};

const parsed = (source: string): Template => {
  const result = parseTemplate(source);
  if (result.kind === 'unclear') throw new Error(result.because);
  return result.template;
};
const value = (source: string): Json => renderValue(parsed(source), scope, new Budget(1_000_000));
const text = (source: string): string => renderText(parsed(source), scope, new Budget(1_000_000));

test.each([
  `\${data.minut}`,
  `\${data.top[2]}`,
  `\${data.top[2].service}`,
  `\${data.top["0"].service}`,
  `\${data.minute.length}`,
  `\${data.__proto__}`,
  `\${data.constructor}`,
  `\${data.top.length}`,
  `\${log.minute}`,
  `\${log | word 99}`,
  `\${log | after "nowhere"}`,
  `\${log | number}`,
  `\${data.errors | join ","}`,
  `\${gone}`,
  `\${data.minut | default gone.x}`,
])('%s has no value and says so', (source) => {
  expect(() => value(source)).toThrow(RenderError);
  expect(() => value(source)).toThrow(source);
  expect(value(source.replace('}', ' | default "none"}'))).toBe('none');
});

test.each<[string, Json]>([
  [`\${data.errors}`, 42],
  [`\${data.top[0]}`, { service: 'pay' }],
  [`\${data.top[0].service}`, 'pay'],
  [`\${data["odd key"]}`, 1],
  [`\${data[""]}`, 'empty key'],
  [`\${data.outcome}`, 'ok'],
  [`\${data["outcome"]}`, 'mine'],
  [`\${data.output}`, data],
  [`\${ data . minute }`, '12:04'],
  [`\${hash}`, '1234567'],
  [`\${hash | number}`, 1_234_567],
  [`\${message}`, 'what broke?'],
  [`\${log | lines 1}`, 'one two'],
  [`\${log | lines -1}`, 'six ERROR'],
  [`\${log | containing "ERROR" | lines 1 | after "three " | word 1}`, 'ERROR'],
  [`\${log | before ' two'}`, 'one'],
  [`\${log | word 2}`, 'two'],
  [`\${log | word -1}`, 'ERROR'],
  [`\${log | count}`, 4],
  [`\${log | containing "ERROR" | count}`, 2],
  [`\${data.top | count}`, 2],
  [`\${data.top | join ", "}`, '{"service":"pay"}, null'],
  [`\${data.top[0] | json}`, '{\n  "service": "pay"\n}'],
  [`\${empty | default "none"}`, 'none'],
  [`\${data.none | default 0}`, 0],
  [`\${gone | default log.outcome}`, 'ok'],
  [`\${gone | default message}`, 'what broke?'],
  [`\${message | after "what" | trim}`, 'broke?'],
])('%s keeps its type', (source, expected) => {
  // A space before a dot is not part of a reference.
  if (source.includes(' . ')) expect(parseTemplate(source).kind).toBe('unclear');
  else expect(value(source)).toEqual(expected);
});

test.each([
  [`at \${data.minute}: \${data.errors}, \${data.top[0]}`, 'at 12:04: 42, {"service":"pay"}'],
  [`cost $5, $\${data.minute} and $`, `cost $5, \${data.minute} and $`],
  ['', ''],
  ['a } b { c', 'a } b { c'],
  [`\${message | default "}"}!`, 'what broke?!'],
])('%j is the text %j', (source, expected) => {
  expect(text(source)).toBe(expected);
});

test.each([
  `\${`,
  `\${}`,
  `\${a`,
  `\${a b}`,
  `\${a |}`,
  `\${a.}`,
  `\${a[}`,
  `\${a[x]}`,
  `\${A}`,
  `\${message.x}`,
  `\${a.output.x}`,
  `\${a | default "x}`,
  `\${a | word 0}`,
  `\${a | lines "1"}`,
  `\${a | trim 1}`,
])('%s is refused at load', (source) => {
  expect(parseTemplate(source).kind).toBe('unclear');
});

test('what a tool printed is never a template', () => {
  const hostile: Scope = {
    message: '',
    results: new Map([['a', { outcome: 'ok', output: `\${b}`, because: '', value: `\${b}` }]]),
  };
  expect(renderText(parsed(`x \${a}`), hostile, new Budget(100))).toBe(`x \${b}`);
});

test('a template that names a large result again and again ends in an error, not in memory', () => {
  expect(() => renderText(parsed(`\${log}`.repeat(100)), scope, new Budget(1_000))).toThrow('longer than one turn');
});

test('any text without a dollar stays as it is, and no text makes the parser throw', () => {
  fc.assert(
    fc.property(fc.string(), (source) => {
      const result = parseTemplate(source);
      if (!source.includes(`\${`)) {
        expect(result.kind === 'template' && renderText(result.template, scope, new Budget(10_000))).toBe(source);
      }
    }),
  );
});

test('an output is JSON only where it is an object or array that is not too deep', () => {
  expect(readOutput(' {"a":1}\n')).toEqual({ a: 1 });
  expect(readOutput('[1]')).toEqual([1]);
  expect(readOutput('12e4567')).toBe('12e4567');
  expect(readOutput('true')).toBe('true');
  expect(readOutput('{"a":')).toBe('{"a":');
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  expect(readOutput(deep)).toBe(deep);
});
