// Walks the parsed script: lists, pipelines, background jobs, and hands compound and simple commands on. Each step answers
// the printed form of what it read, and what is known about the shell afterwards. The printed form is all that ever runs.

import type { AndOr, CommandNode, ParsedScript, Pipeline, PipelineNode, Statement } from 'unbash';
import type { Analysis } from './analysis.ts';
import { evaluateCompound } from './compound.ts';
import { evaluateFunction } from './functions.ts';
import { evaluateRedirected } from './redirection.ts';
import { either, type Flow, joined, merge, type ShellState } from './shell-state.ts';
import { evaluateSimpleCommand } from './simple-command.ts';
import { UnclearCommand } from './unclear-command.ts';

/** What one node came to: its printed form, and the shell after it. */
export interface Evaluated {
  readonly text: string;
  readonly flow: Flow;
}

/** Reads a whole script or substitution. */
export function evaluateScript(script: ParsedScript, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  const [problem] = script.errors ?? [];
  if (problem !== undefined) throw new UnclearCommand(`it is not valid shell text: ${problem.message}`);
  if (script.source === undefined) return evaluateStatements(script.commands, state, analysis);
  return analysis.elsewhere(() => evaluateStatements(script.commands, state, analysis));
}

/** Reads statements one after another. The printed form of none is a command that does nothing. */
export async function evaluateStatements(
  statements: readonly Statement[],
  start: ShellState,
  analysis: Analysis,
): Promise<Evaluated> {
  const texts: string[] = [];
  let flow = either(start);
  for (const statement of statements) {
    const before = joined(flow);
    if (statement.background === true) {
      const { text } = await evaluateAndOr(statement.command, { ...before, readsNames: false }, analysis);
      texts.push(`${text} &`);
      flow = either(before);
    } else {
      const evaluated = await evaluateAndOr(statement.command, before, analysis);
      texts.push(evaluated.text);
      flow = evaluated.flow;
    }
  }
  return { text: joinStatements(texts), flow };
}

/** Prints statements after one another; `&` ends one as well as `;` does. */
export function joinStatements(texts: readonly string[]): string {
  if (texts.length === 0) return "':'";
  return texts
    .map((text, index) => (index === 0 ? text : `${texts[index - 1]?.endsWith(' &') ? '' : ';'} ${text}`))
    .join('');
}

/** Prints statements where a keyword or brace follows. */
export const terminated = (text: string): string => (text.endsWith(' &') ? text : `${text};`);

async function evaluateAndOr(node: PipelineNode | AndOr, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  if (node.type !== 'AndOr') return evaluatePipeline(node, state, analysis);
  const [first, ...rest] = node.commands;
  if (first === undefined) throw new UnclearCommand('a list without commands');
  let { text, flow } = await evaluatePipeline(first, state, analysis);
  for (const [index, command] of rest.entries()) {
    const operator = node.operators[index];
    if (operator !== '&&' && operator !== '||') throw new UnclearCommand('a list with an unknown operator');
    const next = await evaluatePipeline(command, operator === '&&' ? flow.success : flow.failure, analysis);
    flow =
      operator === '&&'
        ? { success: next.flow.success, failure: merge(flow.failure, next.flow.failure) }
        : { success: merge(flow.success, next.flow.success), failure: next.flow.failure };
    text = `${text} ${operator} ${next.text}`;
  }
  return { text, flow };
}

async function evaluatePipeline(node: PipelineNode, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  if (node.type !== 'Pipeline') return evaluateCommand(node, state, analysis);
  const evaluated = await evaluateStages(node, state, analysis);
  const { success, failure } = evaluated.flow;
  let flow = evaluated.flow;
  const words: string[] = [];
  for (const prefix of node.prefixes) {
    if (prefix.type === 'Time') words.push('time');
    else {
      words.push('!');
      flow = { success: failure, failure: success };
    }
  }
  if (words.length > 1) throw new UnclearCommand('`!` and `time` are only understood once before a pipeline');
  if (words[0] === 'time' && state.dialect === 'posix') throw new UnclearCommand('`time` is not known to every shell');
  return { text: [...words, evaluated.text].join(' '), flow };
}

async function evaluateStages(node: Pipeline, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  const [only, ...others] = node.commands;
  if (only === undefined) return { text: "':'", flow: either(state) };
  if (others.length === 0) return evaluateCommand(only, state, analysis);
  let text = '';
  let readsNames = false;
  for (const [index, command] of node.commands.entries()) {
    analysis.printsNames = false;
    const stage = await evaluateCommand(command, { ...state, readsNames }, analysis);
    readsNames = analysis.printsNames && command.type === 'Command';
    const operator = node.operators[index];
    if (operator === '|&') readsNames = false;
    text += stage.text + (operator === undefined ? '' : operator === '|&' ? ' 2>&1 | ' : ' | ');
  }
  return { text, flow: either(state) };
}

/** Reads one command of any kind. */
export function evaluateCommand(node: CommandNode, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  analysis.countCommand();
  return analysis.deeper(() => {
    switch (node.type) {
      case 'Command':
        return evaluateSimpleCommand(node, state, analysis);
      case 'Redirected':
        return evaluateRedirected(node, state, analysis);
      case 'Function':
        return evaluateFunction(node, state, analysis);
      case 'If':
      case 'For':
      case 'While':
      case 'Case':
      case 'Subshell':
      case 'BraceGroup':
      case 'TestCommand':
      case 'ArithmeticFor':
      case 'Select':
      case 'ArithmeticCommand':
        return evaluateCompound(node, state, analysis);
      case 'Coproc':
        throw new UnclearCommand('`coproc` starts a command that is not followed; use a pipeline');
      default:
        return refuseNode(node);
    }
  }, node);
}

function refuseNode(node: never): never {
  throw new UnclearCommand(`it holds shell syntax that is not known: ${JSON.stringify(node).slice(0, 100)}`);
}
