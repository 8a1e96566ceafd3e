// Two pods of the checkout, made of the very code that is in the repository at the deployed tag: `versions` holds a copy of
// the files of each tag. Only the network, the database and the time are made up.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const podNames = ['checkout-1', 'checkout-2'];

/** Loads the service as it was at a release tag. */
export const loadRelease = async (versions, tag) => {
  const load = (file) => import(pathToFileURL(join(versions, tag, 'src', file)).href);
  const [app, checkout, jsonClient, inventory, payments, orders, logger, pool, gauge] = await Promise.all(
    ['app', 'checkout', 'json-client', 'inventory', 'payments', 'orders', 'logger', 'pool', 'pool-gauge'].map((name) =>
      load(`${name}.js`),
    ),
  );
  return { ...app, ...checkout, ...jsonClient, ...inventory, ...payments, ...orders, ...logger, ...pool, ...gauge };
};

export const makePods = ({ clock, record, database, payments, inventory }) => {
  const pods = new Map();
  let turn = 0;

  // What stands in for the network: an answer of a service, as `fetch` gives it.
  const answerOf = ({ status, body }) => ({ status, json: async () => body });
  const fetchPayments = async (_url, { body, headers }) => answerOf(await payments({ body: JSON.parse(body), headers }));
  const fetchInventory = async (_url, { body, headers }) => {
    const { lines } = JSON.parse(body);
    const skus = lines.map((line) => `${line.sku}x${line.quantity}`).join(',');
    return answerOf(await inventory(headers['x-request-id'], `reserve ${skus}`));
  };

  const start = (name, { release, commit }) => {
    const log = release.makeLogger({
      write: (line) => record.append(`logs/checkout/${name}.log`, line.trimEnd()),
      now: () => new Date(clock.now()),
      fields: { service: 'checkout', pod: name },
    });
    const connections = database.forPod(name);
    const pool = new release.Pool({ open: connections.open, max: 10, acquireTimeoutMs: 2000, timers: clock.timers });
    const client = (baseUrl, fetch) => release.makeJsonClient({ baseUrl, fetch });
    const checkout = release.makeCheckout({
      pool,
      inventory: release.makeInventory(client('http://inventory:8080', fetchInventory)),
      payments: release.makePayments(client('http://payments:8080', fetchPayments)),
      placeOrder: release.placeOrder,
      log,
    });
    const app = release.makeApp({ checkout, log, monotonicMs: clock.now });
    const stopGauge = release.startPoolGauge({ pool, log, timers: clock.timers });
    const sample = clock.timers.setInterval(() => {
      record.gauge(name, 'pool_in_use', pool.stats.inUse);
      record.gauge(name, 'pool_waiting', pool.stats.waiting);
      record.gauge(name, 'pool_max', pool.stats.max);
    }, 5_000);
    log.info('listening', { port: 8080, commit });
    pods.set(name, {
      app,
      stop: () => {
        stopGauge();
        clock.timers.clearInterval(sample);
        // What is in flight gets a few seconds to end.
        clock.at(clock.now() + 5_000, connections.close);
      },
    });
  };

  return {
    names: podNames,
    replace: (name, version) => {
      pods.get(name)?.stop();
      start(name, version);
    },
    /** One attempt at a checkout, at the next pod in turn. */
    post: async (basket, requestId) => {
      turn += 1;
      const name = podNames[turn % podNames.length];
      const startedMs = clock.now();
      const answer = await pods.get(name).app.postCheckout(basket, requestId);
      record.count(name, 'requests');
      if (answer.status >= 500) record.count(name, 'errors');
      record.duration(name, clock.now() - startedMs);
      return { ...answer, pod: name };
    },
  };
};
