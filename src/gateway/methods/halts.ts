// `sallyport.halt`, `.resume` and `.verify`: the brake and the proof, which the reference protocol does not have.

import { z } from 'zod';
import type { GatewayPorts } from '../ports.ts';
import { answered, refused } from '../protocol/error-shape.ts';
import { type Method, method } from './method.ts';

const agent = z.string().max(128).optional();
const idempotencyKey = z.string().min(1).max(128);

export function haltMethods({ halts, people, ledger }: GatewayPorts): readonly Method[] {
  let verifying: ReturnType<typeof ledger.verify> | null = null;
  return [
    method({
      name: 'sallyport.halt',
      summary: 'Stops an agent, or without `agent` all of them, until an operator lets go.',
      scope: 'operator.write',
      key: 'required',
      isOurs: true,
      params: z.strictObject({ agent, because: z.string().max(1_000).optional(), idempotencyKey }),
      result: z.strictObject({ isNew: z.boolean() }),
      work: async ({ agent = '', because = '' }, { client }) => {
        const by = (await people.personOf(client.identity)) ?? client.identity;
        return answered({ isNew: await halts.halt(agent, by, because) });
      },
    }),
    method({
      name: 'sallyport.resume',
      summary: 'Lets an agent go, or what was stopped without naming one; takes an operator.',
      scope: 'operator.admin',
      key: 'required',
      isOurs: true,
      params: z.strictObject({ agent, idempotencyKey }),
      result: z.strictObject({ wasHalted: z.boolean() }),
      work: async ({ agent = '' }, { client }) => {
        const person = await people.personOf(client.identity);
        if (person === null)
          return refused(
            'FORBIDDEN',
            `\`${client.identity}\` is not an identity of anybody among the \`people\` in config.yaml`,
          );
        const said = await halts.resume(agent, person);
        return said.kind === 'refused' ? { ok: false, error: said.error } : answered({ wasHalted: said.value });
      },
    }),
    method({
      name: 'sallyport.verify',
      summary: 'Checks every record of the ledger.',
      scope: 'operator.read',
      key: 'none',
      isOurs: true,
      params: z.strictObject({}),
      result: z.strictObject({ isSound: z.boolean(), records: z.int().min(0), because: z.string() }),
      work: async () => {
        // Many may ask; the ledger is read once at a time.
        verifying ??= ledger.verify().finally(() => {
          verifying = null;
        });
        return answered({ ...(await verifying) });
      },
    }),
  ];
}
