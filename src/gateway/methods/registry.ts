// All methods by name, and how a request goes through one: scope, schema, idempotency, work. What always holds: a method nobody
// registered does not exist, whatever its name (`constructor`, `__proto__`); what throws answers with words of ours.

import type { Client } from '../admit.ts';
import type { Idempotency } from '../idempotency.ts';
import { type Answered, refused, unavailable } from '../protocol/error-shape.ts';
import type { RequestFrame } from '../protocol/frames.ts';
import { covers } from '../protocol/scopes.ts';
import type { Method } from './method.ts';

export interface Methods {
  readonly all: readonly Method[];
  /** Never rejects. */
  answer(frame: RequestFrame, client: Client): Promise<Answered>;
}

export interface MethodsOptions {
  readonly methods: readonly Method[];
  readonly idempotency: Idempotency;
  /** Told of what threw: a broken promise of ours, nothing a client has to know. */
  readonly failed: (method: string, error: unknown) => void;
}

/** @throws {TypeError} if two methods have one name. */
export function createMethods({ methods, idempotency, failed }: MethodsOptions): Methods {
  const byName = new Map(methods.map((one) => [one.name, one]));
  if (byName.size < methods.length) throw new TypeError('could not register the methods: two have one name');

  const answer = async (frame: RequestFrame, client: Client): Promise<Answered> => {
    const found = byName.get(frame.method);
    if (found === undefined)
      return refused(
        'INVALID_REQUEST',
        `there is no method \`${visibleName(frame.method)}\`: see \`features.methods\``,
      );
    if (!covers(client.scopes, found.scope))
      return refused('FORBIDDEN', `missing scope: ${found.scope}`, {
        code: 'MISSING_SCOPE',
        missingScope: found.scope,
      });
    const prepared = found.prepare(frame.params);
    if ('ok' in prepared) return prepared;
    const { key, digest, work } = prepared;
    if (key === '') return work({ client });
    return idempotency.once({ identity: client.identity, method: found.name, key, digest }, () => work({ client }));
  };

  return {
    all: methods,
    answer: async (frame, client) => {
      try {
        return await answer(frame, client);
      } catch (error) {
        failed(frame.method, error);
        return unavailable('the gateway could not do this: see its log', 1_000);
      }
    },
  };
}

const visibleName = (name: string): string => name.replace(/[^A-Za-z0-9._-]/g, '?');
