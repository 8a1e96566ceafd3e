import { afterAll } from 'vitest';
import { testExecutor } from '../../conformance/executor.ts';
import { isolateExecutorBench } from '../../fixtures/executor-benches.ts';

const bench = isolateExecutorBench();
afterAll(() => bench.close());

testExecutor('isolate', () => bench);
