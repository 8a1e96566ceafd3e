// `sallyport agent list|status`: which agents there are, and what each does.

import type { Settings } from '../config.ts';
import { createHalts } from '../halts/halts.ts';
import { systemClock } from '../kernel/system-clock.ts';
import type { Action } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { redactorOf } from './open-approvals.ts';
import { openLedger } from './open-ledger.ts';
import { sessionsOf } from './open-sessions.ts';
import { policyFilesOf } from './policy-files.ts';
import { harmless, jsonText, oneLine } from './screen.ts';
import { agentsWithFolders, checkedAgent } from './session.ts';

/** More questions than can be open at once. */
const questionsMax = 10_000;

/** `agent list`: those that are configured, those that have a folder, and `main`. */
export function listAgents(): Action {
  return async ({ settings, screen }) => {
    const names = new Set(['main', ...Object.keys(settings.config.agents), ...agentsWithFolders(settings)]);
    const agents = await Promise.all([...names].sort().map((agent) => summaryOf(agent, settings)));
    if (screen.isJson) screen.result(jsonText(agents));
    else
      for (const { agent, model, sessions, lastActiveAt } of agents)
        screen.result(
          oneLine(
            `${agent}  ${model ?? 'no model set'}  ${sessions} sessions${lastActiveAt === null ? '' : `  last ${new Date(lastActiveAt).toISOString()}`}`,
            screen.columns,
          ),
        );
    return exitCode.done;
  };
}

/** `agent status`: one agent. */
export function agentStatus(said: string): Action {
  return async ({ settings, screen }) => {
    const agent = checkedAgent(said);
    const summary = await summaryOf(agent, settings);
    const { store } = await openLedger(settings.home, systemClock);
    try {
      const halted = await createHalts(store, systemClock, redactorOf(settings)).reason(agent);
      const pending = await store.questions({ states: ['pending'], run: null, call: null, limit: questionsMax });
      const now = systemClock.now();
      const questions = pending
        .filter(({ question }) => question.caller.agent === agent && now < question.deadline)
        .map(({ question }) => ({
          id: question.id,
          tool: question.sealed.action.tool,
          session: question.caller.session,
        }));
      const status = { ...summary, halted, questions };
      if (screen.isJson) screen.result(jsonText(status));
      else {
        for (const [name, value] of Object.entries(summary)) screen.result(`${name}  ${spelled(value)}`);
        screen.result(`halted  ${halted === '' ? 'no' : harmless(halted)}`);
        screen.result(
          `questions  ${questions.map(({ id, tool }) => `${id} (${harmless(tool)})`).join(', ') || 'none'}`,
        );
      }
      return exitCode.done;
    } finally {
      await store.close();
    }
  };
}

interface Summary {
  readonly agent: string;
  readonly isConfigured: boolean;
  readonly model: string | null;
  /** As configured; null for the one below the state home. */
  readonly workspace: string | null;
  readonly policies: readonly string[];
  readonly sessions: number;
  /** Milliseconds since the epoch. */
  readonly lastActiveAt: number | null;
}

async function summaryOf(agent: string, settings: Settings): Promise<Summary> {
  const { agents, model } = settings.config;
  const set = Object.hasOwn(agents, agent) ? agents[agent] : undefined;
  const current = (await sessionsOf(agent, settings).list()).files.filter(({ isCurrent }) => isCurrent);
  return {
    agent,
    isConfigured: set !== undefined,
    model: set?.model ?? model ?? null,
    workspace: set?.workspace ?? null,
    policies: policyFilesOf(settings, agent, []),
    sessions: current.length,
    lastActiveAt: current.length === 0 ? null : Math.max(...current.map(({ updatedAt }) => updatedAt)),
  };
}

function spelled(value: Summary[keyof Summary]): string {
  if (value === null) return '—';
  if (typeof value === 'object') return value.map((one) => oneLine(one, 400)).join(', ');
  return harmless(String(value));
}
