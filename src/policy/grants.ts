// What the sandbox of one call may reach. An own effect that is allowed grants exactly itself; rules may add to it. Within
// a layer additions are united, across layers only what every layer covers stays, so that another layer never widens.

import { spellHostPort } from '../kernel/host-patterns.ts';
import { defaultSandboxLimits } from '../kernel/limits.ts';
import type { Action, Caller, Effect, Grants, SandboxLimits } from '../kernel/types.ts';
import type { FindClosedPaths } from './closed-paths.ts';
import { coversHostEntry } from './connect-pattern.ts';
import type { IndexedLayer, Judgement } from './judge.ts';
import { coversEntry, exactPathEntry } from './path-pattern.ts';
import type { Rule, RuleGrant } from './rule.ts';

type ListKey = 'read' | 'write' | 'connect' | 'secrets';
type Covers = (outer: string, inner: string) => boolean;

const same: Covers = (outer, inner) => outer === inner;

/** Grants of an action that is allowed, or that will be if a person approves it. */
export function grantsOf(
  action: Action,
  caller: Caller,
  layers: readonly IndexedLayer[],
  judgement: Judgement,
  findClosedPaths: FindClosedPaths,
  now: number,
): Grants {
  const own = action.effects.filter((effect) => effect.standing === 'own');
  const perLayer = [...judgement.winners].filter(([layer]) => layer.opens).map(([, rules]) => grantOfLayer(rules));
  const added = (key: ListKey, covers: Covers) =>
    intersect(
      perLayer.map((grant) => grant[key]),
      covers,
    );
  const standing = action.sandbox === 'container' ? ['.'] : [];
  const read = added('read', coversEntry);
  const write = added('write', coversEntry);
  // A container has a private directory of its own there: nothing of this machine is mounted for it.
  const mounted = own.filter((effect) => action.sandbox !== 'container' || !isPrivateToContainer(effect));
  const readable = sorted([...standing, ...mounted.flatMap((effect) => pathOf('read', effect)), ...read]);
  const writable = sorted([...mounted.flatMap((effect) => pathOf('write', effect)), ...write]);
  const reachesOutside = [...readable, ...writable].some((entry) => entry.startsWith('/'));
  const closed = findClosedPaths(action, caller, layers, judgement, { read, write, reachesOutside }, now);
  return {
    read: readable,
    write: writable,
    exceptRead: closed.read,
    exceptWrite: closed.write,
    connect: sorted([...own.flatMap(connectOf), ...added('connect', coversHostEntry)]),
    secrets: sorted([...own.flatMap(secretOf), ...added('secrets', same)]),
    limits: limitsOf(perLayer),
  };
}

/** United within one layer; of limits the smallest stated one. */
function grantOfLayer(rules: ReadonlySet<Rule>): RuleGrant {
  const grants = [...rules].map(({ grant }) => grant);
  return {
    read: grants.flatMap(({ read }) => read),
    write: grants.flatMap(({ write }) => write),
    connect: grants.flatMap(({ connect }) => connect),
    secrets: grants.flatMap(({ secrets }) => secrets),
    limits: smallest(grants.map(({ limits }) => limits)),
  };
}

function intersect(perLayer: readonly (readonly string[])[], covers: Covers): readonly string[] {
  return perLayer.flat().filter((entry) => perLayer.every((entries) => entries.some((outer) => covers(outer, entry))));
}

/** What a layer does not state is the default there, so that adding a layer never raises a limit. */
function limitsOf(perLayer: readonly RuleGrant[]): SandboxLimits {
  const complete = perLayer.map(({ limits }) => ({ ...defaultSandboxLimits, ...limits }));
  return { ...defaultSandboxLimits, ...smallest(complete) };
}

function smallest(all: readonly Partial<SandboxLimits>[]): Partial<SandboxLimits> {
  const found: { -readonly [K in keyof SandboxLimits]?: number } = {};
  for (const limits of all) {
    for (const key of ['wallMs', 'memoryMiB', 'pids', 'cpus', 'outputBytes'] as const) {
      const stated = limits[key];
      if (stated !== undefined) found[key] = Math.min(stated, found[key] ?? stated);
    }
  }
  return found;
}

const isPrivateToContainer = (effect: Effect): boolean =>
  (effect.kind === 'read' || effect.kind === 'write') && /^\/tmp(?:\/|$)/.test(effect.path);

const pathOf = (kind: 'read' | 'write', effect: Effect): readonly string[] =>
  effect.kind === kind ? [exactPathEntry(effect.path)] : [];
const connectOf = (effect: Effect): readonly string[] =>
  effect.kind === 'connect' ? [spellHostPort(effect.host, effect.port)] : [];
const secretOf = (effect: Effect): readonly string[] => (effect.kind === 'secret' ? [effect.name] : []);

const sorted = (entries: readonly string[]): string[] => [...new Set(entries)].sort();
