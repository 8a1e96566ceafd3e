// The schema of a tool's arguments in the form the providers accept: one JSON Schema object without a union at its top.

import { z } from 'zod';
import type { Tool } from '../kernel/types.ts';

export interface ToolSchema {
  readonly [key: string]: unknown;
  readonly type: 'object';
}

type Schema = z.core.JSONSchema.BaseSchema;

/**
 * JSON Schema (draft 2020-12) of what a model may send: defaults are not required. A union of objects becomes one object
 * with the keys of all, because providers refuse a union here; the tool's own schema still judges what comes.
 */
export function toolSchema(tool: Tool): ToolSchema {
  const { $schema, ...schema } = z.toJSONSchema(tool.input, { io: 'input', unrepresentable: 'any' });
  const branches = [schema.anyOf, schema.oneOf, schema.allOf].find((each) => each !== undefined);
  if (branches === undefined) return { ...schema, type: 'object' };
  const { anyOf, oneOf, allOf, ...rest } = schema;
  const objects = branches.filter((branch): branch is Schema => typeof branch === 'object');
  return {
    ...rest,
    type: 'object',
    properties: Object.assign({}, rest.properties, ...objects.map(({ properties }) => properties)),
    required: requiredByAll(objects, rest.required ?? []),
    additionalProperties: false,
  };
}

function requiredByAll(branches: readonly Schema[], always: readonly string[]): readonly string[] {
  const [first, ...others] = branches.map(({ required }) => required ?? []);
  const shared = (first ?? []).filter((key) => others.every((required) => required.includes(key)));
  return [...new Set([...always, ...shared])];
}
