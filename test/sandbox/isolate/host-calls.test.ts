import { expect, test } from 'vitest';
import { compileFileAccess } from '../../../src/sandbox/files/file-access.ts';
import { noNotes } from '../../../src/sandbox/files/unfinished-files.ts';
import { createWriteText } from '../../../src/sandbox/files/write-text.ts';
import { gatherFacts } from '../../../src/sandbox/isolate/call-facts.ts';
import { createHostCalls, hostCallLimits } from '../../../src/sandbox/isolate/host-calls.ts';

const nothing = { read: [], write: [], exceptRead: [], exceptWrite: [] };

/** Host calls over a server that answers each exchange with so many bytes. */
function exchanging(bytesIn: number) {
  const facts = gatherFacts();
  const fetcher: Parameters<typeof createHostCalls>[1] = async ({ body }, told) => {
    const place = { host: 'a.test', port: 80, method: 'POST', address: '192.0.2.1', status: 200 };
    told.connected({ ...place, bytesIn, bytesOut: Buffer.byteLength(body) });
    return { status: 200, headers: {}, body: '', bytes: bytesIn, isCut: false };
  };
  const access = compileFileAccess(nothing, '/nowhere', []);
  const hostCalls = createHostCalls(access, fetcher, facts, new AbortController().signal, createWriteText(noNotes));
  return (text = '') => hostCalls(JSON.stringify(['fetch', { url: 'http://a.test/' }]), text);
}

test('a call that received as much as it may receives no more', async () => {
  const exchange = exchanging(hostCallLimits.bytesReceived / 2);
  expect((await exchange()).kind).toBe('answer');
  expect((await exchange()).kind).toBe('answer');
  expect(await exchange()).toEqual({ kind: 'refusal', because: 'this call has received as much as it may' });
});

test('a call that would send more than it may sends nothing of it', async () => {
  const exchange = exchanging(0);
  const half = 'x'.repeat(hostCallLimits.bytesSent / 2);
  expect((await exchange(half)).kind).toBe('answer');
  expect(await exchange(`${half}x`)).toEqual({ kind: 'refusal', because: 'this call has sent as much as it may' });
  expect((await exchange(half)).kind).toBe('answer');
  expect((await exchange('x')).kind).toBe('refusal');
});

test('what is not a host call is refused in words, whatever it is', async () => {
  const hostCalls = createHostCalls(
    compileFileAccess(nothing, '/nowhere', []),
    async () => {
      throw new Error('host secret');
    },
    gatherFacts(),
    new AbortController().signal,
    createWriteText(noNotes),
  );
  for (const meta of ['', '{', 'null', '[]', '["none", {}]', '["stat"]', '["stat", {"path": 1}]', '['.repeat(200_000)])
    expect((await hostCalls(meta, '')).kind, meta.slice(0, 20)).toBe('refusal');
  expect(await hostCalls('["fetch", {"url": "http://a.test/"}]', '')).toEqual({
    kind: 'refusal',
    because: 'the host call failed for a reason of the host',
  });
});
