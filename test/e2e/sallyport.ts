// The real command in a process of its own, with its own home and workspace.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const tree = resolve(import.meta.dirname, '../..');

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with all of standard error so far once it contains `text`. */
  saidOnError(text: string): Promise<string>;
}

/** A state home and a workspace of one test. */
export interface Place {
  readonly home: string;
  readonly workspace: string;
  start(args: readonly string[], input?: string, env?: NodeJS.ProcessEnv): Running;
  run(args: readonly string[], input?: string, env?: NodeJS.ProcessEnv): Promise<Ended>;
  /** Writes a file in the workspace's parent, e.g. a policy; its path. */
  file(name: string, text: string): string;
  remove(): void;
}

export function makePlace(): Place {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-e2e-')));
  const workspace = join(root, 'workspace');
  const home = join(root, 'home');
  const file = (name: string, text: string) => {
    const path = join(root, name);
    writeFileSync(path, text);
    return path;
  };
  const place: Place = {
    home,
    workspace,
    file,
    start: (args, input = '', env = {}) => start(args, input, { ...bareEnvironment(home), ...env }),
    run: (args, input, env) => place.start(args, input, env).ended,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
  return place;
}

/** The environment without keys of real models: a test must never reach one. */
function bareEnvironment(home: string): NodeJS.ProcessEnv {
  const { ANTHROPIC_API_KEY: _anthropic, OPENAI_API_KEY: _openai, ...env } = process.env;
  return { ...env, SALLYPORT_HOME: home, NO_COLOR: '1' };
}

function start(args: readonly string[], input: string, env: NodeJS.ProcessEnv): Running {
  const child = spawn(join(tree, 'sallyport'), args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  const waiting: (() => void)[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    for (const look of waiting) look();
  });
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.end(input);
  const ended = new Promise<Ended>((done) => child.on('close', (code) => done({ code, out, err })));
  return {
    process: child,
    ended,
    saidOnError: (text) =>
      new Promise((found, missing) => {
        const look = () => {
          if (err.includes(text)) found(err);
        };
        waiting.push(look);
        ended.then(() => missing(new Error(`ended without saying \`${text}\`: ${err}`)));
        look();
      }),
  };
}
