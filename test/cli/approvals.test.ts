import { expect, test } from 'vitest';
import { questionLine } from '../../src/cli/approvals.ts';
import { pendingOf } from '../fixtures/temporary-store.ts';

test('a question in a list shows what would steer the terminal or imitate something', () => {
  const hostile = 'rm \u009b8mdata\u009b0m \u202egnp.exe \u0430pt';
  const line = questionLine(pendingOf('k7f2m9', hostile), 200);
  expect(line).toContain('rm \\u{9b}8mdata\\u{9b}0m \\u{202e}gnp.exe \\u{430}pt');
  expect(line).toMatch(/^[ -~·]+$/);
});
