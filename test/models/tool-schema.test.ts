import { expect, test } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../../src/kernel/types.ts';
import { toolSchema } from '../../src/models/tool-schema.ts';
import { builtInTools } from '../../src/sandbox/tools/index.ts';
import { toolNamed } from './tool-for-test.ts';

test('a union of objects becomes one object, because providers refuse a union at the top', () => {
  const input: z.ZodType<JsonObject> = z.union([
    z.strictObject({ command: z.string(), cwd: z.string().default('.') }),
    z.strictObject({ argv: z.array(z.string()), cwd: z.string().default('.') }),
  ]);
  expect(toolSchema(toolNamed('exec', input))).toEqual({
    type: 'object',
    properties: {
      command: { type: 'string' },
      argv: { type: 'array', items: { type: 'string' } },
      cwd: { type: 'string', default: '.' },
    },
    required: [],
    additionalProperties: false,
  });
});

test('a schema with a check that JSON Schema cannot say still has a form', () => {
  const input = z.strictObject({ path: z.string() }).refine(({ path }) => path !== 'x');
  expect(toolSchema(toolNamed('read', input))).toMatchObject({ type: 'object', required: ['path'] });
});

test('every built-in tool has a form that providers accept', () => {
  expect(builtInTools.size).toBeGreaterThan(5);
  for (const tool of builtInTools.values()) {
    const schema = toolSchema(tool);
    expect(schema.type).toBe('object');
    for (const key of ['$schema', 'anyOf', 'oneOf', 'allOf', 'not']) expect(schema).not.toHaveProperty(key);
  }
});
