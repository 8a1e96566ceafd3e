// The isolate process: runs one program at a time, each in an isolate of its own that was made ahead. It holds nothing:
// no environment, no file but its own source, no network; whatever a program needs it asks the kernel for. It ends when the
// kernel does.

import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import type IsolatedVm from 'isolated-vm';
import { encodeFrame, type Frame, type FrameKind, frameReader } from './frames.ts';
import { type PreparedIsolate, prepareIsolate } from './prepared-isolate.ts';

const sparesMax = 2;
const refillMs = 20;

const [addonPath = '', memoryMiBText = ''] = process.argv.slice(2);
const { ivm }: { ivm: typeof IsolatedVm } = createRequire(import.meta.url)(addonPath);
// Where the kernel runs as root, what escapes an isolate should at least not be root.
if (process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(65_534);
  process.setuid?.(65_534);
}

const kernel = new Socket({ fd: 3 });
const spares: PreparedIsolate[] = [];
let current: PreparedIsolate | undefined;

const say = (kind: FrameKind, id: number, meta: string, text: string) =>
  kernel.write(encodeFrame({ kind, id, meta, text }));

async function refill(): Promise<void> {
  if (spares.length < sparesMax) spares.push(await prepareIsolate(ivm, Number(memoryMiBText)));
}

async function start(frame: Frame): Promise<void> {
  const { memoryMiB, outputCharsMax, program } = JSON.parse(frame.meta);
  const spare = spares.find((each) => each.memoryMiB === memoryMiB);
  const isolate = spare ?? (await prepareIsolate(ivm, memoryMiB));
  if (spare) spares.splice(spares.indexOf(spare), 1);
  current = isolate;
  isolate.hear((kind, id, meta, text) => {
    if (isolate !== current) return;
    say(kind, id, meta, text);
    if (kind !== 'request') void finish(isolate);
  });
  isolate.start(program, frame.text, outputCharsMax);
}

/** The next call waits until nothing of this one runs any more. */
async function finish(isolate: PreparedIsolate): Promise<void> {
  current = undefined;
  await isolate.dispose();
  if (spares.length === 0) await refill();
  say('ready', process.pid, '', '');
  setTimeout(() => void refill(), refillMs);
}

function hear(frame: Frame): void {
  if (frame.kind === 'start') void start(frame);
  else current?.deliver(frame.id, frame.kind === 'refusal', frame.meta, frame.text);
}

kernel.on('data', frameReader(hear));
kernel.on('error', () => process.exit(1));
kernel.on('close', () => process.exit(0));
await refill();
say('ready', process.pid, '', '');
setTimeout(() => void refill(), refillMs);
