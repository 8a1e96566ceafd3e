// Counts what an incident did to customers and to the services behind: failed checkouts, repeats, and payments that were
// authorised although no order was stored.
//
// For the tool `js`. input: { logs, since: minute such as 2026-11-19T12:54Z }. Reads
// `<logs>/gateway` (logfmt), `<logs>/checkout` and `<logs>/payments` (JSON lines). Orders are told apart by the
// idempotency key `checkout-<order>`.

const { logs = 'logs', since } = input ?? {};
if (Number.isNaN(Date.parse(since))) throw new Error('needs `since`');
const start = since.slice(0, 16);

async function eachLine(folder, visit) {
  for (const { kind, name } of (await host.list(folder)).entries) {
    if (kind !== 'file' || !name.endsWith('.log')) continue;
    let rest = '';
    for (let offset = 0, isEnd = false; !isEnd; ) {
      const part = await host.readText(`${folder}/${name}`, { offset, length: 1_048_576 });
      const lines = (rest + part.text).split('\n');
      rest = lines.pop();
      for (const line of lines) visit(line);
      offset = part.nextOffset;
      isEnd = part.isEnd;
    }
    if (rest !== '') visit(rest);
  }
}

const field = (line, name) => {
  const at = line.indexOf(` ${name}=`);
  return at < 0 ? undefined : line.slice(at + name.length + 2).split(' ', 1)[0];
};

const period = () => ({ checkouts: 0, failed: 0, slowestMs: 0, clients: new Set(), firstAt: null, lastAt: null });
const [before, during] = [period(), period()];
await eachLine(`${logs}/gateway`, (line) => {
  if (!line.includes(' path=/checkout ')) return;
  const time = line.slice('time='.length, 'time='.length + 24);
  const now = time.slice(0, 16) < start ? before : during;
  now.checkouts += 1;
  now.lastAt = time;
  if (Number(field(line, 'status')) < 500) return;
  now.failed += 1;
  now.firstAt ??= time;
  now.clients.add(field(line, 'client'));
  now.slowestMs = Math.max(now.slowestMs, Number(field(line, 'duration_ms')));
});

const placed = new Set();
await eachLine(`${logs}/checkout`, (line) => {
  if (line.includes('"msg":"order placed"')) placed.add(JSON.parse(line).order);
});

const asked = { before: 0, during: 0 };
const authorised = [];
await eachLine(`${logs}/payments`, (line) => {
  if (!line.includes('"key":"checkout-')) return;
  const { time, msg, key, amount_cents: cents, replay } = JSON.parse(line);
  const when = time.slice(0, 16) < start ? 'before' : 'during';
  asked[when] += 1;
  if (msg === 'authorised' && !replay) authorised.push({ when, order: key.slice('checkout-'.length), cents });
});

const round = (value) => Math.round(value * 100) / 100;
const share = ({ failed, checkouts }) => (checkouts === 0 ? 0 : round((100 * failed) / checkouts));
const missing = authorised.filter(({ when, order }) => when === 'during' && !placed.has(order));

return {
  since,
  until: during.lastAt,
  minutes: during.lastAt === null ? 0 : Math.round((Date.parse(during.lastAt) - Date.parse(since)) / 60_000),
  checkouts: during.checkouts,
  failed: during.failed,
  failedPercent: share(during),
  failedPercentBefore: share(before),
  addresses: during.clients.size,
  firstFailedAt: during.firstAt,
  slowestMs: during.slowestMs,
  paymentRequestsPerCheckout: round(asked.during / Math.max(1, during.checkouts)),
  paymentRequestsPerCheckoutBefore: round(asked.before / Math.max(1, before.checkouts)),
  authorisedWithoutOrder: missing.length,
  authorisedWithoutOrderEuro: round(missing.reduce((sum, { cents }) => sum + cents, 0) / 100),
  examples: missing.slice(0, 5).map(({ order }) => order),
};
