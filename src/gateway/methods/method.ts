// What a method is: its name, its schemas, the scope it takes, whether it has effects, and its work. What always holds: the
// work sees parameters only after the schema accepted them.

import type { z } from 'zod';
import type { Client } from '../admit.ts';
import { digestOfParams } from '../idempotency.ts';
import { type Answered, refused } from '../protocol/error-shape.ts';
import { problemText } from '../protocol/frames.ts';
import type { Scope } from '../protocol/scopes.ts';

/**
 * How a method with effects is kept from having them twice: by a key that has to be there, by one that may be there (made
 * twice it has its effect once all the same), or not at all, for it has none.
 */
export type KeyUse = 'required' | 'optional' | 'none';

/** Who asks. */
export interface Asker {
  readonly client: Client;
}

/** A request that was understood. */
export interface Prepared {
  /** '' for none. */
  readonly key: string;
  /** Of the parameters, the key apart. */
  readonly digest: string;
  readonly work: (asker: Asker) => Promise<Answered>;
}

export interface Method {
  readonly name: string;
  /** One sentence for the protocol's page. */
  readonly summary: string;
  readonly scope: Scope;
  readonly hasEffects: boolean;
  readonly key: KeyUse;
  /** False for methods of the reference protocol. */
  readonly isOurs: boolean;
  readonly params: z.ZodType;
  readonly result: z.ZodType;
  /** Understands parameters, or refuses them. */
  prepare(params: unknown): Prepared | (Answered & { readonly ok: false });
}

/** Defines a method. */
export function method<P extends z.ZodObject>(definition: {
  readonly name: string;
  readonly summary: string;
  readonly scope: Scope;
  readonly key: KeyUse;
  readonly isOurs?: boolean;
  readonly params: P;
  readonly result: z.ZodType;
  readonly work: (params: z.infer<P>, asker: Asker) => Promise<Answered>;
}): Method {
  const { name, summary, scope, key, isOurs = false, params, result, work } = definition;
  return Object.freeze({
    name,
    summary,
    scope,
    hasEffects: key !== 'none',
    key,
    isOurs,
    params,
    result,
    prepare(given: unknown) {
      const read = params.safeParse(given ?? {});
      if (!read.success) return refused('INVALID_REQUEST', `invalid \`${name}\` params: ${problemText(read.error)}`);
      const found: unknown = Reflect.get(read.data, 'idempotencyKey');
      const digest = digestOrNull(read.data);
      if (digest === null)
        return refused('INVALID_REQUEST', `invalid \`${name}\` params: a text in them holds half a character`);
      return {
        key: typeof found === 'string' ? found : '',
        digest,
        work: (asker: Asker) => work(read.data, asker),
      };
    },
  });
}

/** Null for what has no canonical spelling. */
function digestOrNull(params: object): string | null {
  try {
    return digestOfParams(params);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
