// `sallyport policy suggest`: the narrowest rules that would have spared people the same question again and again, as a policy
// file on standard output. Nothing in force is changed: with `--amended` copies of the files are written, with the rules in.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf } from '../kernel/checked.ts';
import { callsOf } from '../policy/history/past-calls.ts';
import { amendedTexts, type Suggestion, suggestRules } from '../policy/history/suggest.ts';
import { suggestionsText } from '../policy/history/suggestions-text.ts';
import type { LoadedPolicy } from '../policy/load-policy.ts';
import type { Context } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { type HistoryOptions, withHistory } from './history.ts';
import { openJudge } from './open-judge.ts';
import { policyFilesOf } from './policy-files.ts';
import { harmless, jsonText } from './screen.ts';
import { lookedText } from './show-changes.ts';

/** Options of the command. */
export interface PolicySuggestOptions extends HistoryOptions {
  readonly policy: readonly string[];
  readonly approvals: string;
  readonly days: string;
  readonly amended?: string;
}

const dayMs = 86_400_000;

/** Suggests rules for the policy of one agent, from the calls of the ledger. */
export function suggestPolicy(options: PolicySuggestOptions): (context: Context) => Promise<number> {
  const approvalsMin = wholeNumber('--approvals', options.approvals, 2, 10_000);
  const days = wholeNumber('--days', options.days, 1, 3_650);
  return async (context) => {
    const { settings, screen } = context;
    const { policyFor } = await openJudge(settings, options.policy);
    const policy = await policyFor(options.agent ?? 'main');
    // What was asked under other files says nothing about these.
    const filesOf = (agent: string) => JSON.stringify(policyFilesOf(settings, agent, options.policy));
    const isUnderIt = (agent: string) => filesOf(agent) === filesOf(options.agent ?? 'main');
    const now = Date.now();
    const expires = new Date(now + days * dayMs).toISOString().slice(0, 10);
    const found = await withHistory(options, context, ({ past }) =>
      suggestRules(() => callsOf(past(), isUnderIt), policy, { approvalsMin, expires, now }),
    );
    if (screen.isJson) screen.result(jsonText(found));
    else screen.result(harmless(suggestionsText(found, lookedText(found))).trimEnd());
    const safe = found.suggestions.filter(({ blast }) => blast.declined === 0);
    if (options.amended !== undefined) writeAmended(options.amended, policy, safe);
    return exitCode.done;
  };
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`could not use \`${name} ${text}\`: give a whole number from ${min} to ${max}`);
}

/** Copies of the policy files with the suggestions in them; nothing that is there is written over. */
function writeAmended(folder: string, { files }: LoadedPolicy, suggestions: readonly Suggestion[]): void {
  const amended = amendedTexts(files, suggestions).map(({ path, text }) => ({
    path: join(folder, basename(path)),
    text,
  }));
  const names = new Set(amended.map(({ path }) => path));
  if (names.size < amended.length) throw new UsageError('could not write the amended files: two of them have one name');
  const there = amended.find(({ path }) => existsSync(path));
  if (there !== undefined)
    throw new UsageError(`could not write \`${there.path}\`: it is there already; name an empty folder`);
  try {
    mkdirSync(folder, { recursive: true });
    for (const { path, text } of amended) writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`could not write into \`${folder}\`: ${messageOf(error)}; name a folder that can be written`, {
      cause: error,
    });
  }
}
