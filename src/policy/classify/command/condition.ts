// `[[ … ]]`: only the tests that evaluate nothing. `-v` and arithmetic comparison run code that hides in their words.

import type { TestCommand, TestExpression, Word } from 'unbash';
import type { Analysis } from './analysis.ts';
import { readPattern } from './atoms.ts';
import { exactText, printField } from './field.ts';
import { judgePath } from './judge-path.ts';
import { quoteWord } from './quote.ts';
import type { Evaluated } from './script.ts';
import { either, type ShellState } from './shell-state.ts';
import { UnclearCommand } from './unclear-command.ts';
import { expandText } from './word.ts';

const fileTests = new Set([
  '-a',
  '-b',
  '-c',
  '-d',
  '-e',
  '-f',
  '-g',
  '-h',
  '-k',
  '-p',
  '-r',
  '-s',
  '-u',
  '-w',
  '-x',
  '-L',
  '-N',
  '-O',
  '-G',
  '-S',
]);
const textTests = new Set(['-z', '-n', '-t']);
const numberComparisons = new Set(['-eq', '-ne', '-lt', '-le', '-gt', '-ge']);

// A regular expression that is only itself: nothing in it is expanded, quoted, or read as another word.
const plainRegex = /^(?:[\w.^*+?[\]:,@%=/(){}|-]|\\[.()[\]{}+*?|/^$-])+\$?$/;

function isPlainRegex(text: string): boolean {
  if (!plainRegex.test(text)) return false;
  let depth = 0;
  for (const character of text.replace(/\\./g, '')) {
    if (character === '(') depth++;
    else if (character === ')' && --depth < 0) return false;
  }
  return depth === 0;
}

/** Reads a `[[ … ]]`. It runs nothing by itself, so it has effects only through its words. */
export async function evaluateTest(node: TestCommand, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  if (state.dialect === 'posix') throw new UnclearCommand('`[[` is not known to every shell; use `[`');
  return { text: `[[ ${await print(node.expression, state, analysis)} ]]`, flow: either(state) };
}

async function print(expression: TestExpression, state: ShellState, analysis: Analysis): Promise<string> {
  analysis.countCommand();
  const word = async (text: Word): Promise<string> => printField(await expandText(text, state, analysis));
  switch (expression.type) {
    case 'TestUnary': {
      const { operator } = expression;
      if (!fileTests.has(operator) && !textTests.has(operator)) {
        throw new UnclearCommand(`\`[[ ${operator} …\` may evaluate its word as code`);
      }
      const operand = await expandText(expression.operand, state, analysis);
      if (fileTests.has(operator) && exactText(operand) !== undefined)
        await judgePath(operand, 'read', 'implied', state, analysis);
      return `${operator} ${printField(operand)}`;
    }
    case 'TestBinary': {
      const { operator } = expression;
      if (operator === '==' || operator === '=' || operator === '!=') {
        return `${await word(expression.left)} ${operator} ${await patternText(expression.right, state, analysis)}`;
      }
      if (numberComparisons.has(operator)) {
        const sides = [
          await expandText(expression.left, state, analysis),
          await expandText(expression.right, state, analysis),
        ];
        if (sides.every((side) => side.kind === 'known' && /^(?:0|-?[1-9][0-9]{0,15})$/.test(side.text))) {
          return sides.map(printField).join(` ${operator} `);
        }
      }
      if (/^-(?:nt|ot|ef)$/.test(operator)) {
        const sides: string[] = [];
        for (const side of [expression.left, expression.right]) {
          const file = await expandText(side, state, analysis);
          if (exactText(file) !== undefined) await judgePath(file, 'read', 'implied', state, analysis);
          sides.push(printField(file));
        }
        return sides.join(` ${operator} `);
      }
      if (operator === '<' || operator === '>')
        return `${await word(expression.left)} ${operator} ${await word(expression.right)}`;
      if (operator === '=~' && isPlainRegex(expression.right.text)) {
        return `${await word(expression.left)} =~ ${expression.right.text}`;
      }
      throw new UnclearCommand(`\`[[ … ${operator} …\` may evaluate its words as code; use \`[\``);
    }
    case 'TestLogical': {
      const operands: string[] = [];
      for (const operand of expression.operands) operands.push(await print(operand, state, analysis));
      return operands.join(` ${expression.operator} `);
    }
    case 'TestNot':
      return `${expression.negations.map(() => '! ').join('')}${await print(expression.operand, state, analysis)}`;
    case 'TestGroup':
      return `( ${await print(expression.expression, state, analysis)} )`;
  }
}

async function patternText(word: Word, state: ShellState, analysis: Analysis): Promise<string> {
  const pieces = readPattern(word, state);
  if (pieces === undefined) return printField(await expandText(word, state, analysis));
  return pieces.map((piece) => (piece.kind === 'text' ? quoteWord(piece.text) : piece.text)).join('') || "''";
}
