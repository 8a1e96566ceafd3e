// A thread that checks pages for `page-checker.ts`.

import { parentPort } from 'node:worker_threads';
import { checkPage } from './check-page.ts';
import type { PageAnswer, PageJob } from './page-checker.ts';

parentPort?.on('message', ({ id, page, wanted }: PageJob) => {
  const answer: PageAnswer = { id, found: checkPage(page, wanted) };
  parentPort?.postMessage(answer);
});
