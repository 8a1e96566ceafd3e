// `sallyport policy lint`: what loads and is still wrong in policy files, with the reason and what to do. Offline.

import { writeFileSync } from 'node:fs';
import type { Settings } from '../config.ts';
import { messageOf } from '../kernel/checked.ts';
import type { Finding, Level } from '../policy/lint/finding.ts';
import { lintPolicy } from '../policy/lint/lint.ts';
import type { PolicyText } from '../policy/load-policy.ts';
import { sarifText } from '../policy/report/sarif.ts';
import { builtInTools } from '../sandbox/tools/index.ts';
import type { Context } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { policyFilesOf, readPolicyFiles } from './policy-files.ts';
import { harmless, jsonText, type Screen } from './screen.ts';

/** Options of the command. */
export interface PolicyLintOptions {
  readonly layers: boolean;
  readonly sarif?: string;
}

/** Looks at the named files, or at the configured policy; exit code 1 if anything is an error. */
export function lintPolicies(
  named: readonly string[],
  options: PolicyLintOptions,
  version: string,
): (context: Context) => Promise<number> {
  return async ({ settings, screen }) => {
    // `policies/*.yaml` in a shell names the tests as well.
    const policyNames = named.filter((path) => !path.endsWith('.test.yaml'));
    const texts = await readPolicyFiles(policyFilesOf(settings, 'main', policyNames));
    const isOnePolicy = options.layers || named.length === 0;
    const policies: readonly (readonly PolicyText[])[] = isOnePolicy ? [texts] : texts.map((text) => [text]);
    const around = surroundingsOf(settings);
    const found = (await Promise.all(policies.map((files) => lintPolicy(files, around)))).flat();
    if (options.sarif !== undefined) writeSarif(options.sarif, found, version);
    const isClean = !found.some(({ level }) => level === 'error');
    if (screen.isJson) screen.result(jsonText({ isClean, files: texts.map(({ path }) => path), findings: found }));
    else show(texts, found, screen);
    return isClean ? exitCode.done : exitCode.failed;
  };
}

/** Labels come from tools, from secrets and from rules; roles only where people are configured. */
const surroundingsOf = ({ config }: Settings) => ({
  now: Date.now(),
  labels: ['private', ...[...builtInTools.values()].flatMap(({ labels }) => labels)],
  roles: config.people.length === 0 ? undefined : config.people.flatMap(({ roles }) => roles),
});

function writeSarif(path: string, found: readonly Finding[], version: string): void {
  const results = found.map(({ check, level, what, fix, rule, ...place }) => ({
    ruleId: check,
    level,
    message: `${rule === '' ? '' : `rule \`${rule}\`: `}${what}; ${fix}`,
    path: place.path,
    line: place.line,
    column: place.column,
  }));
  try {
    writeFileSync(path, sarifText(results, version));
  } catch (error) {
    const why = messageOf(error);
    throw new UsageError(`could not write the report \`${path}\`: ${why}; name a file that can be written`, {
      cause: error,
    });
  }
}

function show(texts: readonly PolicyText[], found: readonly Finding[], screen: Screen): void {
  const { colours } = screen;
  const paint = { error: colours.red, warning: colours.yellow, note: colours.cyan };
  for (const { path } of texts) {
    const here = found.filter((one) => one.path === path);
    if (here.length === 0) continue;
    screen.result(`\n${colours.bold(harmless(path))}`);
    for (const { check, level, line, column, rule, what, fix } of here) {
      const place = colours.dim(`${line}:${column}`.padStart(7));
      screen.result(
        `\n${place}  ${paint[level](level)} ${check}${rule === '' ? '' : `  ${colours.bold(harmless(rule))}`}`,
      );
      for (const text of wrapped(`${what}.`, screen)) screen.result(`         ${text}`);
      for (const text of wrapped(`Fix: ${fix}.`, screen)) screen.result(`         ${colours.green(text)}`);
    }
  }
  screen.result(`\n${summaryOf(texts.length, found)}`);
}

function wrapped(text: string, { columns }: Screen): readonly string[] {
  const width = Math.max(columns - 12, 40);
  const lines: string[] = [''];
  for (const word of harmless(text).split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

function summaryOf(files: number, found: readonly Finding[]): string {
  const count = (level: Level) => found.filter((one) => one.level === level).length;
  const counted = (['error', 'warning', 'note'] as const)
    .map((level) => [count(level), level] as const)
    .filter(([amount]) => amount > 0)
    .map(([amount, level]) => `${amount} ${level}${amount === 1 ? '' : 's'}`);
  return `${files} ${files === 1 ? 'file' : 'files'}, ${counted.join(', ') || 'nothing to object to'}`;
}
