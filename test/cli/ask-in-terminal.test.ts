import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import type { SaidReply } from '../../src/approvals/reply/reply.ts';
import { openQuestionDesk } from '../../src/cli/ask-in-terminal.ts';
import type { Screen } from '../../src/cli/screen.ts';
import type { Question } from '../../src/kernel/types.ts';
import { pendingOf } from '../fixtures/temporary-store.ts';

const screen: Screen = {
  isJson: false,
  isInteractive: true,
  colours: picocolors.createColors(false),
  columns: 80,
  result: () => {},
  note: () => {},
};
const questionOf = (id: string, callId = `call-${id}`): Question => ({ ...pendingOf(id).question, callId });

/** A desk at a terminal in memory. */
function terminal() {
  const stdin = new PassThrough();
  const stderr = new PassThrough({ encoding: 'utf8' });
  const said: SaidReply[] = [];
  const heard = new EventEmitter();
  const desk = openQuestionDesk(
    screen,
    async (reply) => {
      said.push(reply);
      heard.emit('reply');
      return reply.ids.map((id) => ({ id, kind: 'counted', missing: 0, told: `answered ${id}`, digest: 'd' }));
    },
    { stdin, stderr },
  );
  let shown = '';
  let look = (): void => {};
  stderr.on('data', (text: string) => {
    shown += text;
    look();
  });
  /** Waits until the terminal has shown this. */
  const shows = (text: string): Promise<void> =>
    new Promise((found) => {
      look = () => {
        if (shown.includes(text)) found();
      };
      look();
    });
  return {
    desk,
    said,
    shows,
    type: (text: string) => stdin.write(text),
    answered: () => once(heard, 'reply'),
    screenText: () => shown,
  };
}

test('what was typed before a question could be read answers nothing', async () => {
  const { desk, said, shows, type, answered } = terminal();
  type('y\ny');
  desk.shown(questionOf('k7f2m9'));
  await shows('approve k7f2m9? ');
  const next = answered();
  type('\n');
  await next;
  expect(said).toEqual([{ kind: 'decline', ids: ['k7f2m9'], reason: 'declined at the terminal' }]);
});

test('a call that is asked about anew is asked about alone, and a yes reaches nothing else', async () => {
  const { desk, said, shows, type, answered, screenText } = terminal();
  desk.shown(questionOf('k7f2m9', 'call-1'));
  await shows('approve k7f2m9? ');
  desk.shown(questionOf('p9xab3', 'call-1'));
  await shows('approve p9xab3? ');
  const next = answered();
  type('y\n');
  await next;
  expect(said.map(({ ids }) => ids)).toEqual([['p9xab3']]);
  // Nor is anybody asked again about what it was before.
  desk.shown(questionOf('q2aaaa'));
  await shows('approve q2aaaa? ');
  expect(screenText().split('approve k7f2m9? ')).toHaveLength(2);
});
