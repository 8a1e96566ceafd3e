// The plain HTTP pages of the gateway: health and metrics. Whoever asks comes through the same doors as a WebSocket; metrics
// take the token. There is no CORS: no other page reads any of it.

import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Lockout } from './lockout.ts';
import type { GatewayMetrics } from './metrics.ts';
import { isSameSecret } from './secret-compare.ts';

export interface HttpParts {
  readonly bodyBytes: number;
  readonly metrics: GatewayMetrics;
  readonly lockout: Lockout;
  readonly secret: string | null;
  /** Why the gateway takes no new work now, or ''. */
  readonly notReady: () => string;
  /** What the doors say of a request: where it comes from, or why it is refused. */
  readonly enter: (
    context: Context,
  ) => { readonly source: string } | { readonly status: 400 | 403 | 421; readonly because: string };
}

/** The application; what is not there is 404. */
export function createHttp({ bodyBytes, metrics, lockout, secret, notReady, enter }: HttpParts): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const entry = enter(context);
    if ('because' in entry) return context.json({ error: entry.because }, entry.status);
    context.header('cache-control', 'no-store');
    context.header('x-content-type-options', 'nosniff');
    context.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    return next();
  });
  const onError = (context: Context): Response => {
    context.header('connection', 'close');
    return context.json({ error: `the body is larger than ${bodyBytes} bytes` }, 413);
  };
  app.use(bodyLimit({ maxSize: bodyBytes, onError }));
  app.get('/healthz', (context) => context.json({ ok: true }));
  app.get('/readyz', (context) => {
    const because = notReady();
    return because === '' ? context.json({ ok: true }) : context.json({ ok: false, error: because }, 503);
  });
  app.get('/metrics', async (context) => {
    const entry = enter(context);
    const source = 'source' in entry ? entry.source : '';
    const lockedMs = lockout.lockedMs(source);
    if (lockedMs > 0) {
      context.header('retry-after', String(Math.ceil(lockedMs / 1_000)));
      return context.json({ error: 'too many failed attempts: wait and try again' }, 429);
    }
    const shown = /^Bearer (\S{1,4096})$/.exec(context.req.header('authorization') ?? '')?.[1];
    if (shown === undefined || !isSameSecret(shown, secret)) {
      // Showing nothing is no guess.
      if (shown !== undefined) lockout.failed(source);
      context.header('www-authenticate', 'Bearer');
      return context.json({ error: 'metrics take the gateway token as `authorization: Bearer …`' }, 401);
    }
    context.header('content-type', metrics.contentType);
    return context.body(await metrics.text());
  });
  app.notFound((context) => context.json({ error: 'there is nothing here' }, 404));
  app.onError((_error, context) => context.json({ error: 'the gateway could not answer this' }, 500));
  return app;
}
