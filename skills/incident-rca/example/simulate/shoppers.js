// Who comes to the shop, when, and for what. The addresses are those reserved for documentation.

import { valueAt } from './incident.js';

const skus = ['LAMP-TABLE-04', 'LAMP-FLOOR-11', 'LAMP-DESK-02', 'BULB-E27-4W', 'BULB-E14-3W', 'SHADE-LINEN-30', 'CORD-RED-3M'];
const campaignSku = 'LAMP-STAR-24';
const priceCents = (sku) => 900 + (sku.length * 373) % 7000;
const userAgents = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Safari/605.1',
  'LampShop-Android/4.12.0',
];
const notes = ['please ring twice', 'for grandma, gift wrap if you can', 'leave it with the neighbour', 'no plastic please'];

export const sendShoppers = ({ clock, random, gateway, traffic, endMs }) => {
  const rateMax = Math.max(...traffic.map(([, rate]) => rate));
  let orders = 80_000;

  const request = () => ({
    id: `r-${random.hex(12)}`,
    client: `${random.pick(['203.0.113', '198.51.100', '192.0.2'])}.${1 + random.below(254)}`,
    userAgent: random.pick(userAgents),
  });

  const aBasket = () => {
    orders += 1 + random.below(3);
    const chosen = random.chance(0.085) ? [campaignSku] : [random.pick(skus)];
    if (random.chance(0.2)) chosen.push(random.pick(skus));
    const lines = [...new Set(chosen)].map((sku) => ({ sku, quantity: 1 + random.below(2) }));
    return {
      orderId: `o-${orders}`,
      customerId: `c-${random.below(40_000)}`,
      totalCents: lines.reduce((sum, line) => sum + line.quantity * priceCents(line.sku), 0),
      card: `tok_${random.hex(8)}`,
      coupon: random.chance(0.1) ? random.pick(['ADVENT10', 'advent10']) : undefined,
      note: random.chance(0.06) ? random.pick(notes) : undefined,
      lines,
    };
  };

  const send = () => {
    const kind = random.between(0, 1);
    if (kind < 0.38) gateway.checkout({ ...request(), method: 'POST', path: '/checkout', basket: aBasket() });
    else if (kind < 0.8) {
      const sku = random.pick([...skus, campaignSku]);
      gateway.product({ ...request(), method: 'GET', path: `/products/${sku}`, sku });
    } else gateway.basket({ ...request(), method: 'GET', path: '/basket' });
  };

  const next = () => {
    const atMs = clock.now() + random.exponential(1000 / rateMax);
    if (atMs >= endMs) return;
    clock.at(atMs, () => {
      if (random.chance(valueAt(traffic, clock.now()) / rateMax)) send();
      next();
    });
  };
  next();
};
