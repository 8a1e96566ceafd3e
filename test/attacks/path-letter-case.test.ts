// Names that open the same file as another name, so that a rule about the one would not see the other.

import { expect, test } from 'vitest';
import { decisionOf, read, tool, write } from '../policy/situations.ts';

const files = [
  {
    path: 'p.yaml',
    text: `policy: p
rules:
  - { id: a, because: so, allow: { read: ["**", "/srv/data/**"], write: ["**"] } }
  - { id: b, because: so, deny: { read: ["**/.env", "**/\u00e9cole"], write: [".git/hooks"] } }
`,
  },
];

test('another letter case or unicode form does not hide a path from a deny', async () => {
  for (const path of [
    '.ENV',
    'app/.Env',
    'E\u0301COLE',
    'e\u0301cole/x',
    '.env/x',
    '/srv/data/.env',
    '/srv/data/.ENV/x',
  ]) {
    expect((await decisionOf(files, [tool('read'), read(path)])).verdict, path).toBe('deny');
  }
  for (const path of ['.GIT/hooks/x', '.git/HOOKS', '.Git/Hooks/pre-commit']) {
    expect((await decisionOf(files, [tool('write'), write(path)])).verdict, path).toBe('deny');
  }
});

test('another letter case opens nothing', async () => {
  const narrow = [{ path: 'p.yaml', text: 'policy: p\nrules:\n  - { id: a, because: so, allow: { read: [docs] } }\n' }];
  expect((await decisionOf(narrow, [tool('read'), read('DOCS/a')])).verdict).toBe('deny');
});
