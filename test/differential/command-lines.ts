// Whole command lines: the harmless simple commands, put together in every way that the shell has. What runs at the same
// time as something else only reads, so each line does the same whenever it runs.

import fc from 'fast-check';
import { linesOf } from './line-grammar.ts';
import { quoted } from './spelling.ts';

type Text = fc.Arbitrary<string>;

const maxDepth = 3;

const reading = linesOf('reading');
const filter = linesOf('filter');
const simple: Text = fc.oneof(reading, linesOf('writing'));

/** A list that a keyword, a brace or a bracket may follow. */
const ended = (text: string): string => (/[&\n]$|#/.test(text) ? `${text}\n` : `${text};`);
const group = (text: string): string => `{ ${text}\n}`;
const isPlain = (text: string): boolean => !/[;&|\n#]/.test(text);
const stage = (text: string): string => (isPlain(text) ? text : group(text));

/** `left` and `right` with an operator between them; a here-document ends before the operator. */
const joined = (left: string, operator: string, right: string): string =>
  `${/\n$|#/.test(left) ? group(left) : left}${operator}${right}`;

const pipeline: Text = fc
  .tuple(reading, fc.array(filter, { minLength: 1, maxLength: 2 }), fc.constantFrom(' | ', ' |& ', '|', ' |\n'))
  .map(([first, filters, bar]) => [first, ...filters].map(stage).join(bar));

const hereDocument: Text = fc
  .tuple(linesOf('here delimiter'), linesOf('here text'))
  .map(([end, text]) => `cat <<${end}\n${text}\nE\n`);

/** Everything that the shell makes of these simple commands. */
function compose(command: Text, redirection: Text): Text {
  return fc.letrec<{ command: string; list: string }>((tie) => {
    const list = tie('list');
    const inner = tie('command');
    const then = fc.constantFrom(' && ', ' || ', '; ', '\n', ' &&\n');
    return {
      list: fc.oneof(
        inner,
        fc.tuple(inner, then, inner).map(([left, operator, right]) => joined(left, operator, right)),
      ),
      command: fc.oneof(
        { maxDepth },
        { weight: 8, arbitrary: command },
        { weight: 3, arbitrary: fc.tuple(command, redirection).map(([text, to]) => `${stage(text)} ${to}`) },
        { weight: 2, arbitrary: pipeline },
        { weight: 1, arbitrary: hereDocument },
        { weight: 1, arbitrary: reading.map((text) => `cat <( ${text}\n)`) },
        { weight: 1, arbitrary: reading.map((text) => `${group(text)} & wait`) },
        { weight: 2, arbitrary: list.map(group) },
        { weight: 1, arbitrary: fc.tuple(list, redirection).map(([text, to]) => `${group(text)} ${to}`) },
        { weight: 2, arbitrary: list.map((text) => `( ${text}\n)`) },
        {
          weight: 2,
          arbitrary: fc
            .tuple(inner, list, list)
            .map(([a, b, c]) => `if ${ended(a)} then ${ended(b)} else ${ended(c)} fi`),
        },
        {
          weight: 1,
          arbitrary: fc
            .tuple(inner, list, inner)
            .map(([a, b, c]) => `if ${ended(a)} then ${ended(b)} elif ${ended(c)} then ls; fi`),
        },
        {
          weight: 2,
          arbitrary: fc
            .tuple(linesOf('loop words'), linesOf('loop use'), list)
            .map(([words, use, text]) => `for i in ${words}; do probe ${use}; ${ended(text)} done`),
        },
        { weight: 1, arbitrary: list.map((text) => `while ${ended(text)} do break; done`) },
        { weight: 1, arbitrary: list.map((text) => `until false; do ${ended(text)} break; done`) },
        {
          weight: 2,
          arbitrary: fc
            .tuple(linesOf('case word'), linesOf('case pattern'), list, list)
            .map(([word, pattern, a, b]) => `case ${word} in ${pattern}) ${group(a)};; *) ${group(b)};; esac`),
        },
        { weight: 1, arbitrary: list.map((text) => `f() ${group(text)}; f; f x`) },
        { weight: 1, arbitrary: reading.map((text) => `f() ( ${text}\n); f | cat`) },
        { weight: 1, arbitrary: inner.map((text) => `! ${group(text)}`) },
        // bash itself loses its way in a here-document inside of quotes.
        { weight: 2, arbitrary: list.map((text) => (text.includes('<<') ? group(text) : `probe "$( ${text}\n)"`)) },
        { weight: 1, arbitrary: list.map((text) => `bash -c ${quoted(text)}`) },
      ),
    };
  }).command;
}

/** Command lines that anybody may run in a workspace that nobody needs. */
export const commandLine: Text = fc
  .array(compose(simple, linesOf('redirection')), { minLength: 1, maxLength: 2 })
  .map((parts) => parts.reduce((left, right) => joined(left, '\n', right)));
