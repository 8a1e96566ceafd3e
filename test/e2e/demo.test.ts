import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makePlace, type Place } from './sallyport.ts';

let place: Place;
afterEach(() => place.remove());

const reportOf = (at: Place) => readFileSync(join(at.home, 'demo/workspace/RCA.md'), 'utf8');

test('the demo goes from page to report, refuses the planted instruction and asks before the rollback', async () => {
  place = makePlace();
  const demo = place.start(['demo']);
  const asked = await demo.saidOnError('approvals decline');
  expect(asked).toContain('revert');
  expect(asked).toContain('fingerprint');
  const id = /approvals approve (\w+)/.exec(asked)?.[1] ?? 'no id';
  expect((await place.run(['approvals', 'approve', id])).code).toBe(0);
  const { code, out } = await demo.ended;
  expect(code).toBe(0);
  expect(out).toMatch(/⊘ read \.env/);
  expect(out).toMatch(/⊘ http https:\/\/collector\.example/);
  expect(out).toContain('secrets-stay-closed');
  expect(out).toMatch(/✓ exec git -C repo log/);
  expect(out).toMatch(/✓ js /);
  expect(out).toMatch(/asked, approved\s+rollback-needs-on-call/);
  expect(out).toContain('audit verify: ok');
  const report = reportOf(place);
  expect(report).toContain('deploy-2026-11-19-2');
  expect(report).toContain('POOL_TIMEOUT');
  expect(report).toContain('collector.example');
});

test('without Docker the demo says how to get it, and still ends with a report', async () => {
  place = makePlace();
  const noEngine = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
  const { code, out } = await place.run(['demo', '--no-docker'], '', noEngine);
  expect(code).toBe(0);
  expect(out).toMatch(/⊘ exec git -C repo log/);
  expect(out).toMatch(/Docker/);
  expect(out).toContain('audit verify: ok');
  expect(existsSync(join(place.home, 'demo/workspace/RCA.md'))).toBe(true);
  expect(reportOf(place)).toContain('POOL_TIMEOUT');
});
