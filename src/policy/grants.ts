// What the sandbox of one call may reach. An own effect that is allowed grants exactly itself; rules may add to it. Within
// a layer additions are united, across layers only what every layer covers stays, so that another layer never widens.

import { isDeepStrictEqual } from 'node:util';
import { exactUrlEntry } from '../kernel/connect-patterns.ts';
import { spellHostPort } from '../kernel/host-patterns.ts';
import { defaultSandboxLimits } from '../kernel/limits.ts';
import type { Action, Effect, Grants, Injection, SandboxLimits } from '../kernel/types.ts';
import type { FindClosedConnections } from './closed-connections.ts';
import type { FindClosedPaths } from './closed-paths.ts';
import { isClosedSecret } from './closed-secrets.ts';
import type { Circumstances } from './conditions.ts';
import { coversHostEntry } from './connect-pattern.ts';
import type { IndexedLayer, Judgement } from './judge.ts';
import { coversEntry, exactPathEntry } from './path-pattern.ts';
import type { Rule, RuleGrant } from './rule.ts';

type ListKey = 'read' | 'write' | 'connect' | 'secrets';

/** Finds what stays closed inside the grants. */
export interface FindClosed {
  readonly paths: FindClosedPaths;
  readonly connections: FindClosedConnections;
}

type Covers = (outer: string, inner: string) => boolean;

const same: Covers = (outer, inner) => outer === inner;

/** Grants of an action that is allowed, or that will be if a person approves it. */
export function grantsOf(
  action: Action,
  about: Circumstances,
  layers: readonly IndexedLayer[],
  judgement: Judgement,
  findClosed: FindClosed,
): Grants {
  const own = action.effects.filter((effect) => effect.standing === 'own');
  const perLayer = [...judgement.granting].filter(([layer]) => layer.opens).map(([, rules]) => grantOfLayer(rules));
  const added = (key: ListKey, covers: Covers) =>
    intersect(
      perLayer.map((grant) => grant[key]),
      covers,
    );
  // Commands see the workspace. A script is shown what it declared.
  const standing = action.sandbox === 'container' && action.script === null ? ['.'] : [];
  const read = added('read', coversEntry);
  const write = added('write', coversEntry);
  // A container has a private directory of its own there: nothing of this machine is mounted for it.
  const mounted = own.filter((effect) => action.sandbox !== 'container' || !isPrivateToContainer(effect));
  const readable = sorted([...standing, ...mounted.flatMap((effect) => pathOf('read', effect)), ...read]);
  const writable = sorted([...mounted.flatMap((effect) => pathOf('write', effect)), ...write]);
  const addedConnections = added('connect', coversHostEntry);
  const connected = sorted([...own.flatMap((effect) => connectOf(effect, action.sandbox)), ...addedConnections]);
  const isOpenSecret = (name: string) => !isClosedSecret(name, about, layers);
  const reachesOutside = [...readable, ...writable].some((entry) => entry.startsWith('/'));
  const closed = findClosed.paths(action, about, layers, judgement, { read, write, reachesOutside });
  return {
    read: readable,
    write: writable,
    exceptRead: closed.read,
    exceptWrite: closed.write,
    connect: connected,
    exceptConnect: connected.length === 0 ? [] : findClosed.connections(about, layers, judgement, addedConnections),
    secrets: sorted([...own.flatMap(secretOf), ...added('secrets', same).filter(isOpenSecret)]),
    inject: injectedByAll(perLayer).filter(({ secret }) => isOpenSecret(secret)),
    runtime: perLayer.some(({ runtime }) => runtime === 'runsc') ? 'runsc' : 'runc',
    image: imagesOf(action, judgement)[0] ?? '',
    limits: limitsOf(perLayer),
  };
}

/** The images that its skill and the rules name for the call; more than one is a contradiction. */
export function imagesOf({ script }: Action, { granting }: Judgement): readonly string[] {
  const ofRules = [...granting.values()].flatMap((rules) => [...rules].flatMap(({ grant }) => grant.images));
  return sorted(script === null || script.image === '' ? ofRules : [script.image, ...ofRules]);
}

/** United within one layer; of limits the smallest stated one. */
function grantOfLayer(rules: ReadonlySet<Rule>): RuleGrant {
  const grants = [...rules].map(({ grant }) => grant);
  return {
    read: grants.flatMap(({ read }) => read),
    write: grants.flatMap(({ write }) => write),
    connect: grants.flatMap(({ connect }) => connect),
    secrets: grants.flatMap(({ secrets }) => secrets),
    inject: grants.flatMap(({ inject }) => inject),
    runtime: grants.some(({ runtime }) => runtime === 'runsc') ? 'runsc' : 'runc',
    images: grants.flatMap(({ images }) => images),
    limits: smallest(grants.map(({ limits }) => limits)),
  };
}

function intersect(perLayer: readonly (readonly string[])[], covers: Covers): readonly string[] {
  return perLayer.flat().filter((entry) => perLayer.every((entries) => entries.some((outer) => covers(outer, entry))));
}

/** The injections that every layer states alike, each once, in an order of their own. */
function injectedByAll(perLayer: readonly RuleGrant[]): readonly Injection[] {
  const has = (all: readonly Injection[], one: Injection) => all.some((other) => isDeepStrictEqual(other, one));
  const found: Injection[] = [];
  for (const one of perLayer.flatMap(({ inject }) => inject)) {
    if (perLayer.every(({ inject }) => has(inject, one)) && !has(found, one)) found.push(one);
  }
  return found.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
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
/** Exactly the exchange that was judged. Where its method is not known, the host and port are. */
function connectOf(effect: Effect, sandbox: Action['sandbox']): readonly string[] {
  if (effect.kind !== 'connect') return [];
  const { host, port, method, url } = effect;
  if (method === 'CONNECT' || url === '') return [spellHostPort(host, port)];
  const exact = exactUrlEntry(method, url);
  if (sandbox === 'isolate') return [exact];
  // Programs may add a query to what they are given (`curl -G`), and the name of a file to a directory they put it in.
  return [exact, `${exact}${exact.includes('?') ? '&' : '?'}*`, ...(/^PUT .*\/$/.test(exact) ? [`${exact}*`] : [])];
}
const secretOf = (effect: Effect): readonly string[] => (effect.kind === 'secret' ? [effect.name] : []);

const sorted = (entries: readonly string[]): string[] => [...new Set(entries)].sort();
