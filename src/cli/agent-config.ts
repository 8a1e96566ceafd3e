// `sallyport agent config|add`: what config.yaml says of an agent.

import { systemClock } from '../kernel/system-clock.ts';
import type { Action } from './command.ts';
import { editConfig } from './edit-config.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { jsonText } from './screen.ts';
import { checkedAgent } from './session.ts';

/** Keys of an agent, and whether each takes several values. */
const keys: ReadonlyMap<string, 'one' | 'several'> = new Map([
  ['model', 'one'],
  ['workspace', 'one'],
  ['policies', 'several'],
  ['shadow', 'several'],
]);

/** `agent config <agent> [key] [values…]`: shows what is set, or sets it. */
export function configureAgent(
  said: string,
  key: string | undefined,
  values: readonly string[],
  { unset }: { unset: boolean },
): Action {
  return async ({ settings, screen }) => {
    const agent = checkedAgent(said);
    const set = Object.hasOwn(settings.config.agents, agent) ? settings.config.agents[agent] : undefined;
    const takes = key === undefined ? undefined : keys.get(key);
    if (key !== undefined && takes === undefined)
      throw new UsageError(`agents have no key \`${key}\`: there are ${[...keys.keys()].join(', ')}`);
    if (key === undefined || (values.length === 0 && !unset)) {
      const shown =
        key === undefined ? (set ?? {}) : (Object.entries(set ?? {}).find(([name]) => name === key)?.[1] ?? null);
      screen.result(jsonText(shown, screen.isJson ? 0 : 2));
      return exitCode.done;
    }
    if (unset && values.length > 0) throw new UsageError('give values, or --unset, not both');
    if (takes === 'one' && values.length > 1) throw new UsageError(`\`${key}\` takes one value`);
    const [first = ''] = values;
    const value = unset ? null : takes === 'one' ? first : values;
    await editConfig(settings.home, [{ path: ['agents', agent, key], value }], systemClock.now());
    if (screen.isJson) screen.result(jsonText({ agent, key, value }));
    else screen.result(`${unset ? 'unset' : 'set'}  ${agent}.${key}`);
    return exitCode.done;
  };
}

/** `agent add`: a new agent. */
export function addAgent(
  said: string,
  options: { model?: string; workspace?: string; policy: readonly string[] },
): Action {
  return async ({ settings, screen }) => {
    const agent = checkedAgent(said);
    if (Object.hasOwn(settings.config.agents, agent))
      throw new UsageError(
        `there is an agent \`${agent}\` already: change it with \`sallyport agent config ${agent}\``,
      );
    const { model, workspace, policy } = options;
    const value = {
      ...(model === undefined ? {} : { model }),
      ...(workspace === undefined ? {} : { workspace }),
      ...(policy.length === 0 ? {} : { policies: policy }),
    };
    await editConfig(settings.home, [{ path: ['agents', agent], value }], systemClock.now());
    if (screen.isJson) screen.result(jsonText({ agent, ...value }));
    else screen.result(`added  ${agent}`);
    return exitCode.done;
  };
}
