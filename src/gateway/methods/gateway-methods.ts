// Every method of the gateway, put together.

import type { Clock } from '../../kernel/ports.ts';
import type { Json } from '../../kernel/types.ts';
import type { Devices } from '../devices.ts';
import type { GatewayEvent } from '../hello.ts';
import type { GatewayPorts } from '../ports.ts';
import { approvalMethods } from './approvals.ts';
import { auditMethods } from './audit.ts';
import { chatMethods } from './chat.ts';
import { deviceMethods } from './devices.ts';
import { haltMethods } from './halts.ts';
import type { Method } from './method.ts';
import { type Standing, stateMethods } from './state.ts';

export interface MethodParts {
  readonly ports: GatewayPorts;
  readonly devices: Devices;
  readonly clock: Pick<Clock, 'now'>;
  readonly standing: () => Standing;
  readonly publish: (event: GatewayEvent, payload: Json) => void;
  readonly lostDevice: (id: string) => void;
}

export function gatewayMethods({
  ports,
  devices,
  clock,
  standing,
  publish,
  lostDevice,
}: MethodParts): readonly Method[] {
  const now = (): number => Math.trunc(clock.now());
  return [
    ...stateMethods(ports, standing, now),
    ...chatMethods(ports),
    ...approvalMethods(ports, (id, decision, sessionKey) =>
      publish('exec.approval.resolved', { id, decision, sessionKey, ts: now() }),
    ),
    ...auditMethods(ports),
    ...deviceMethods(
      devices,
      {
        resolved: (requestId, deviceId, decision) =>
          publish('device.pair.resolved', { requestId, deviceId, decision, ts: now() }),
        lost: lostDevice,
      },
      now,
    ),
    ...haltMethods(ports),
  ];
}
