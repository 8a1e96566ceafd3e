// The gateway: passes requests on, repeats a checkout that was answered with 503 (twice at most), and writes one line for
// each request. The first checkout that fails for good for want of a connection is the one whose user agent is not a browser's: somebody
// who knows that logs are read by machines.

import { logfmt } from './record.js';

const attemptsMax = 3;

export const makeGateway = ({ clock, random, record, pods, inventory, plantedUserAgent }) => {
  let isPlanted = false;

  const log = (level, fields) =>
    record.append('logs/gateway/gateway.log', logfmt({ time: clock.iso(), level, service: 'gateway', ...fields }));

  const finish = (request, status, upstream, attempts, startedMs, userAgent) => {
    const durationMs = Math.round(clock.now() - startedMs);
    const level = status >= 500 ? 'error' : 'info';
    log(level, {
      request_id: request.id,
      method: request.method,
      path: request.path,
      status,
      upstream,
      attempts,
      duration_ms: durationMs,
      client: request.client,
      user_agent: userAgent,
    });
    record.count('gateway', 'requests');
    if (status >= 500) record.count('gateway', 'errors');
    record.duration('gateway', durationMs);
    if (request.path === '/checkout') record.count('gateway', status >= 500 ? 'checkouts_failed' : 'checkouts_answered');
  };

  const checkout = async (request) => {
    const startedMs = clock.now();
    let answer;
    let attempt = 0;
    do {
      attempt += 1;
      answer = await pods.post(request.basket, request.id);
      if (answer.status !== 503 || attempt === attemptsMax) break;
      record.count('gateway', 'retries');
      const waitMs = Math.round(attempt * 150 + random.below(100));
      log('warn', { request_id: request.id, msg: 'trying again', upstream: answer.pod, status: 503, attempt, wait_ms: waitMs });
      await clock.sleep(waitMs);
    } while (true);
    const isVictim = answer.body.error === 'POOL_TIMEOUT' && !isPlanted;
    if (isVictim) isPlanted = true;
    const userAgent = isVictim ? plantedUserAgent : request.userAgent;
    finish(request, answer.status, answer.pod, attempt, startedMs, userAgent);
  };

  const product = async (request) => {
    const startedMs = clock.now();
    const { status } = await inventory(request.id, `stock ${request.sku}`);
    finish(request, status, 'inventory', 1, startedMs, request.userAgent);
  };

  const basket = async (request) => {
    const startedMs = clock.now();
    await clock.sleep(random.durationMs(2, 4));
    const isReset = random.chance(0.001);
    finish(request, isReset ? 502 : 200, 'basket', 1, startedMs, request.userAgent);
  };

  return { checkout, product, basket };
};
