// The isolate process: runs one program at a time, each in an isolate of its own that was made ahead. It holds nothing:
// no environment, no file but its own source, no network; whatever a program needs it asks the kernel for. It ends when the
// kernel does.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { setTimeout as later } from 'node:timers';
import { setTimeout } from 'node:timers/promises';
import type IsolatedVm from 'isolated-vm';
import { encodeFrame, type Frame, type FrameKind, frameReader } from './frames.ts';
import { type PreparedIsolate, prepareIsolate } from './prepared-isolate.ts';
import { stdSources } from './std/sources.ts';
import { createStock } from './stock.ts';

/** Pause after the last word of a program, and before isolates are made for calls that may come. */
const restMs = 1;

const [addonPath = '', memoryMiBText = '', papaparsePath = '', diffPath = ''] = process.argv.slice(2);
const { ivm }: { ivm: typeof IsolatedVm } = createRequire(import.meta.url)(addonPath);
const std = stdSources({ papaparse: readFileSync(papaparsePath, 'utf8'), diff: readFileSync(diffPath, 'utf8') });
// Where the kernel runs as root, what escapes an isolate should at least not be root.
if (process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(65_534);
  process.setuid?.(65_534);
}

const kernel = new Socket({ fd: 3 });
const stock = createStock(Number(memoryMiBText), (contents) => prepareIsolate(ivm, { ...contents, std }));
let current: PreparedIsolate | undefined;
let whenIdle: NodeJS.Timeout | undefined;

const say = (kind: FrameKind, id: number, meta: string, text: string) =>
  kernel.write(encodeFrame({ kind, id, meta, text }));

async function start(frame: Frame): Promise<void> {
  clearTimeout(whenIdle);
  const { memoryMiB, outputCharsMax, program } = JSON.parse(frame.meta);
  const taken = stock.take(memoryMiB, program);
  const isolate = taken instanceof Promise ? await taken : taken;
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
  // Whoever waits for the last word comes first: a scheduler that woke it on this processor lets it run once we sleep.
  await setTimeout(restMs);
  await isolate.dispose();
  await becomeReady();
}

async function becomeReady(): Promise<void> {
  if (stock.isEmpty()) await stock.refill();
  say('ready', process.pid, '', '');
  whenIdle = later(refillWhileIdle, restMs);
}

async function refillWhileIdle(): Promise<void> {
  const isMore = await stock.refill();
  if (current !== undefined) return;
  if (isMore) whenIdle = later(refillWhileIdle, 0);
  else say('rested', 0, '', '');
}

function hear(frame: Frame): void {
  if (frame.kind === 'start') void start(frame);
  else current?.deliver(frame.id, frame.kind === 'refusal', frame.meta, frame.text);
}

kernel.on('data', frameReader(hear));
kernel.on('error', () => process.exit(1));
kernel.on('close', () => process.exit(0));
await becomeReady();
