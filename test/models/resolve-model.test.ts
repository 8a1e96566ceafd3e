import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PlaybookError } from '../../src/models/playbook/problems.ts';
import { ModelError, type ModelSettings, resolveModel } from '../../src/models/resolve-model.ts';
import { folderWith } from './playbook/playbook-from.ts';

const nothing: ModelSettings = { anthropic: { apiKey: '', baseUrl: '' }, openai: { apiKey: '', baseUrl: '' } };
const everything: ModelSettings = {
  anthropic: { apiKey: 'sk-a', baseUrl: '' },
  openai: { apiKey: 'sk-o', baseUrl: 'http://127.0.0.1:11434/v1' },
};

test.each(['', 'gpt', 'Anthropic', 'file:x', ':x'])(
  'the unknown model %j is refused with the forms there are',
  async (spec) => {
    await expect(resolveModel(spec, everything)).rejects.toThrow(/use `playbook:<path>`, `anthropic`/);
  },
);

test('a missing key is refused with the name of what to set', async () => {
  await expect(resolveModel('anthropic', nothing)).rejects.toThrow('set `ANTHROPIC_API_KEY`');
  await expect(resolveModel('openai:some', nothing)).rejects.toThrow('set `OPENAI_API_KEY`');
});

test('a key with a line break is refused without saying it', async () => {
  const settings = { ...everything, openai: { apiKey: 'sk-secret\n', baseUrl: '' } };
  const refusal = await resolveModel('openai', settings).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ModelError);
  expect(String(refusal)).not.toContain('sk-secret');
});

test('a base URL that is none is refused', async () => {
  const settings = { ...everything, openai: { apiKey: 'sk-o', baseUrl: 'localhost:11434' } };
  await expect(resolveModel('openai', settings)).rejects.toThrow('`OPENAI_BASE_URL` is not an http or https URL');
});

test('a playbook without a path, or that is not there, is refused', async () => {
  await expect(resolveModel('playbook:', nothing)).rejects.toThrow('give its path');
  await expect(resolveModel('playbook:/nowhere/at/all.yaml', nothing)).rejects.toThrow(PlaybookError);
});

test('every provider is found by its name, with a model or without', async () => {
  const folder = await folderWith({ 'p.yaml': 'playbook: tiny\nturns: [{ id: only, say: Hello. }]\n' });
  expect((await resolveModel(`playbook:${join(folder, 'p.yaml')}`, nothing)).name).toBe('playbook:tiny');
  expect((await resolveModel('anthropic', everything)).name).toMatch(/^anthropic:claude-/);
  expect((await resolveModel('anthropic:claude-x', everything)).name).toBe('anthropic:claude-x');
  expect((await resolveModel('openai', everything)).name).toMatch(/^openai:gpt-/);
  expect((await resolveModel('openai:qwen3:8b', everything)).name).toBe('openai:qwen3:8b');
});
