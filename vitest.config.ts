import { defineConfig } from 'vitest/config';

// isolated-vm needs --no-node-snapshot, which only forked processes accept.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    execArgv: ['--no-node-snapshot'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    allowOnly: false,
  },
});
