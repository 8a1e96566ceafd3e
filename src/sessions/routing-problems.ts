// What makes no sense in a routing, for whoever reads one from a file: what is said here must not be loaded.

import { idProblem } from './key-segment.ts';
import type { Binding, Routing } from './route.ts';
import { isAgentId, isChannelName, isPersonName } from './session-key.ts';

/** Everything that is wrong, each for a person; empty where nothing is. */
export function routingProblems({ bindings, defaultAgent, mainKey, identityLinks }: Routing): readonly string[] {
  return [
    ...(isAgentId(defaultAgent) ? [] : [`\`${defaultAgent}\` is no name of an agent`]),
    ...(idProblem(mainKey) === '' ? [] : [`\`${mainKey}\` cannot name a session: ${idProblem(mainKey)}`]),
    ...bindings.flatMap(bindingProblems),
    ...rivals(bindings),
    ...[...identityLinks].flatMap(([id, name]) => linkProblems(id, name)),
  ];
}

function bindingProblems({ agent, channel, account, space, peer }: Binding): readonly string[] {
  const ids = [account, space, peer?.id ?? null].filter((id) => id !== null);
  return [
    ...(isAgentId(agent) ? [] : [`\`${agent}\` is no name of an agent`]),
    ...(isChannelName(channel) ? [] : [`\`${channel}\` is no name of a channel`]),
    ...ids.flatMap((id) => (idProblem(id) === '' ? [] : [`\`${id.slice(0, 64)}\` is no id: ${idProblem(id)}`])),
  ];
}

/** Two bindings of the same messages: which one counts would be a matter of order. */
function rivals(bindings: readonly Binding[]): readonly string[] {
  const agents = new Map<string, string>();
  return bindings.flatMap((binding) => {
    const { agent, channel, account, space, peer } = binding;
    const about = JSON.stringify([channel, account, space, peer === null ? null : [peer.kind, peer.id]]);
    const other = agents.get(about);
    agents.set(about, agent);
    return other === undefined ? [] : [`agents \`${other}\` and \`${agent}\` are bound to the same messages: keep one`];
  });
}

function linkProblems(id: string, name: string): readonly string[] {
  const [channel = '', ...rest] = id.split(':');
  return [
    ...(isPersonName(name) ? [] : [`\`${name}\` is no name of a person: use letters, digits, \`.\`, \`_\` and \`-\``]),
    ...(isChannelName(channel) && idProblem(rest.join(':')) === ''
      ? []
      : [`\`${id.slice(0, 80)}\` is not who somebody is on a channel: write \`telegram:12345\``]),
  ];
}
