// The first frame of a client: who it is, what it wants, and what it shows for it.

import { z } from 'zod';

const text = z.string().min(1).max(256);

export const connectParams = z.strictObject({
  minProtocol: z.int().min(1),
  maxProtocol: z.int().min(1),
  client: z.strictObject({
    id: text,
    displayName: text.optional(),
    version: text,
    buildId: z.string().min(1).max(96).optional(),
    platform: text,
    deviceFamily: text.optional(),
    modelIdentifier: text.optional(),
    timeZone: z.string().min(1).max(64).optional(),
    mode: text,
    instanceId: text.optional(),
  }),
  caps: z.array(text).max(64).optional(),
  commands: z.array(text).max(256).optional(),
  computerUse: z.unknown().optional(),
  workerRuns: z.unknown().optional(),
  permissions: z.record(z.string().max(256), z.boolean()).optional(),
  pathEnv: z.string().max(16_384).optional(),
  role: text.optional(),
  scopes: z.array(text).max(64).optional(),
  device: z
    .strictObject({
      id: text,
      publicKey: z.string().min(1).max(512),
      signature: z.string().min(1).max(512),
      signedAt: z.int().min(0),
      nonce: text,
    })
    .optional(),
  auth: z
    .strictObject({
      token: z.string().max(4_096).optional(),
      bootstrapToken: z.string().max(4_096).optional(),
      deviceToken: z.string().max(4_096).optional(),
      password: z.string().max(4_096).optional(),
      approvalRuntimeToken: z.string().max(4_096).optional(),
      agentRuntimeIdentityToken: z.string().max(4_096).optional(),
    })
    .optional(),
  locale: z.string().max(64).optional(),
  userAgent: z.string().max(1_024).optional(),
});

export type ConnectParams = z.infer<typeof connectParams>;
