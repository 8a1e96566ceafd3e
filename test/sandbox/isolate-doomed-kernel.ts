// A kernel for tests to kill: two calls are running in it when it says so, one of which keeps its isolate busy in the
// conversion of an error, where no message reaches it.

import { createTestSandbox } from './isolate-harness.ts';

const sandbox = createTestSandbox();
await Promise.all([sandbox.run('return 1'), sandbox.run('return 2')]);
void sandbox.run('for (;;);');
void sandbox.run('throw new Proxy(new Error("x"), { get() { for (;;); } })');
setTimeout(() => process.stdout.write('running\n'), 200);
