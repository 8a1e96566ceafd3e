import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll } from 'vitest';
import type { Model } from '../../src/kernel/ports.ts';
import { createAnthropicModel } from '../../src/models/anthropic.ts';
import { createOpenAiModel } from '../../src/models/openai.ts';
import type { ProviderOptions } from '../../src/models/provider-model.ts';
import { modelConformance } from '../conformance/model.ts';
import {
  anthropicEvents,
  openAiChunks,
  type StreamServer,
  sendEvents,
  sendJson,
  streamServer,
} from './stream-server.ts';

const apiKey = 'sk-test-0123456789';
const mock = new LLMock({ port: 0, chunkSize: 5 });
let hanging: Record<'anthropic' | 'openai', StreamServer>;
let refusing: StreamServer;

beforeAll(async () => {
  await mock.start();
  const block = { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } };
  const delta = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Well …' } };
  hanging = {
    anthropic: await streamServer(sendEvents(anthropicEvents(block, delta), 'hang')),
    openai: await streamServer(sendEvents(openAiChunks({ index: 0, delta: { content: 'Well …' } }), 'hang')),
  };
  refusing = await streamServer(sendJson(401, { error: { type: 'authentication_error', message: 'no' } }));
});

afterAll(async () => {
  await mock.stop();
  for (const server of [hanging.anthropic, hanging.openai, refusing]) await server[Symbol.asyncDispose]();
});

function suite(name: 'anthropic' | 'openai', create: (options: ProviderOptions) => Model, path: string): void {
  const at = (url: string) => create({ apiKey, baseUrl: `${url}${path}`, model: 'test-model' });
  modelConformance(name, {
    saying: async (content) => {
      mock.clearFixtures().onMessage('begin', { content });
      return at(mock.url);
    },
    calling: async (calls) => {
      const toolCalls = calls.map(({ tool, args }) => ({ name: tool, arguments: JSON.stringify(args) }));
      mock.clearFixtures().onMessage('begin', { toolCalls });
      return at(mock.url);
    },
    failing: async () => at(refusing.url),
    lingering: async () => at(hanging[name].url),
  });
}

suite('anthropic', createAnthropicModel, '');
suite('openai', createOpenAiModel, '/v1');
