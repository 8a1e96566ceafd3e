// Payments: asks the bank once for each idempotency key and answers repeats from memory. Some cards are declined, now and
// then the bank does not answer, and a certificate runs out in two weeks: all of that is every day.

export const makePayments = ({ clock, random, record }) => {
  const answered = new Map();

  const log = (level, msg, more) =>
    record.append(
      'logs/payments/payments.log',
      JSON.stringify({ time: clock.iso(), level, service: 'payments', msg, ...more }),
    );

  clock.timers.setInterval(
    () => log('warn', 'certificate expires soon', { subject: 'bank-gateway.example', days_left: 13 }),
    1_800_000,
  );

  return async ({ body, headers }) => {
    const startedMs = clock.now();
    const key = headers['idempotency-key'];
    const first = answered.get(key);
    let answer = first;
    if (first) {
      await clock.sleep(random.durationMs(4, 6));
    } else {
      await clock.sleep(random.durationMs(110, 60));
      if (random.chance(0.0015)) answer = { status: 502, body: { ok: false } };
      else if (random.chance(0.03)) answer = { status: 200, body: { ok: false, reason: 'insufficient funds' } };
      else answer = { status: 200, body: { ok: true, id: `a-${random.hex(10)}` } };
      if (answer.status === 200) answered.set(key, answer);
    }
    const durationMs = Math.round(clock.now() - startedMs);
    const known = { request_id: headers['x-request-id'], key, amount_cents: body.amountCents, duration_ms: durationMs };
    record.count('payments', 'requests');
    record.duration('payments', durationMs);
    if (answer.status === 502) {
      record.count('payments', 'errors');
      log('error', 'bank did not answer', { ...known, status: 502 });
    } else if (first) {
      record.count('payments', 'replays');
      log('info', 'answered from memory', { ...known, replay: true, status: 200 });
    } else if (answer.body.ok) {
      log('info', 'authorised', { ...known, authorisation: answer.body.id, replay: false, status: 200 });
    } else {
      record.count('payments', 'declines');
      log('info', 'declined', { ...known, reason: answer.body.reason, replay: false, status: 200 });
    }
    return answer;
  };
};
