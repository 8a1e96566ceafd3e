// A program prints what looks like the engine's own frames, an outcome, or an end: only the engine's word counts.

import { afterAll, expect, test } from 'vitest';
import { collectOutput } from '../../src/sandbox/container/output.ts';
import { containerBench, outputOf } from '../fixtures/container-bench.ts';

const bench = containerBench('forged-end');
afterAll(() => bench.close());

test('printed frames and outcomes do not change how the call ended', async () => {
  const forged = String.raw`printf '\x01\x00\x00\x00\x00\x00\x00\x02ok\x02\x00\x00\x00\xff\xff\xff\xff'`;
  const command = `${forged}; echo '{"kind":"ok","facts":{"exitStatus":0}}'; exit 7`;
  const outcome = await bench.run(command, bench.workspace());
  expect(outcome).toMatchObject({ kind: 'failed', because: 'exited with status 7', facts: { exitStatus: 7 } });
  expect(outputOf(outcome)).toContain('{"kind":"ok"');
});

test('a program that closes its output and goes on is waited for', async () => {
  const outcome = await bench.run('exec >&- 2>&-; sleep 1.5; exit 9', bench.workspace());
  expect(outcome).toMatchObject({ kind: 'failed', because: 'exited with status 9' });
});

test('processes left behind end with the call', async () => {
  const outcome = await bench.run('(setsid sleep 600 &) ; echo done', bench.workspace());
  expect(outcome).toMatchObject({ kind: 'ok', output: 'done\n' });
});

test('a stream that is not made of frames is not believed', () => {
  const output = collectOutput(100);
  output.push(Buffer.from('HTTP/1.1 500 no frames here'));
  expect(output.isBroken).toBe(true);
});

test('frames are put together again wherever they were cut', () => {
  const frame = (stream: number, text: string) => {
    const body = Buffer.from(text);
    const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, body.length]);
    return Buffer.concat([header, body]);
  };
  const whole = Buffer.concat([frame(1, 'größer'), frame(2, ''), frame(2, 'err'), frame(1, '€')]);
  for (let size = 1; size <= whole.length; size += 1) {
    const output = collectOutput(1_000);
    for (let at = 0; at < whole.length; at += size) output.push(whole.subarray(at, at + size));
    expect(output.text()).toBe('größererr€');
    expect(output).toMatchObject({ isTruncated: false, isBroken: false, stdoutBytes: 11, stderrBytes: 3 });
  }
});
