// Devices that people let in, and those that wait for it. What always holds: a device gets what was approved for its very key
// and no more; its tokens are kept as hashes; all of it is one note, so every change sees the truth of its moment.

import { hash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { jsonCopy } from '../kernel/canonical.ts';
import type { Clock } from '../kernel/ports.ts';
import type { NoteChange, Store } from '../kernel/store.ts';
import type { JsonObject } from '../kernel/types.ts';
import { covers, knownScopes, type Scope } from './protocol/scopes.ts';

const tokenSchema = z.object({ hash: z.string(), at: z.number() });
const deviceSchema = z.object({
  id: z.string(),
  publicKey: z.string(),
  name: z.string(),
  platform: z.string(),
  scopes: z.array(z.string()),
  approvedAt: z.number(),
  approvedBy: z.string(),
  tokens: z.array(tokenSchema),
});
const pendingSchema = z.object({
  requestId: z.string(),
  id: z.string(),
  publicKey: z.string(),
  name: z.string(),
  platform: z.string(),
  scopes: z.array(z.string()),
  address: z.string(),
  at: z.number(),
});
const bookSchema = z.object({ devices: z.array(deviceSchema), pending: z.array(pendingSchema) });

export type Device = Readonly<z.infer<typeof deviceSchema>>;
export type PendingDevice = Readonly<z.infer<typeof pendingSchema>>;
export interface DeviceBook {
  readonly devices: readonly Device[];
  readonly pending: readonly PendingDevice[];
}

/** A device that showed its key, and what it wants. */
export type Wanting = Omit<PendingDevice, 'requestId' | 'at' | 'scopes'> & { readonly scopes: readonly Scope[] };

/** Why a device is not in yet, in the reference's words. */
export type Pairing =
  | { readonly kind: 'paired'; readonly device: Device }
  | {
      readonly kind: 'waiting';
      readonly reason: 'not-paired' | 'scope-upgrade';
      readonly request: PendingDevice;
      readonly isNew: boolean;
    }
  | { readonly kind: 'full' };

/** The devices of a state home. */
export interface Devices {
  book(): Promise<DeviceBook>;
  /** Whether a device has what it wants; if not, it waits for people from now on. */
  pairing(wanting: Wanting): Promise<Pairing>;
  /** Lets one in; null if no such request waits. */
  approve(requestId: string, by: string): Promise<Device | null>;
  /** Turns one away; null if no such request waits. */
  reject(requestId: string): Promise<PendingDevice | null>;
  /** Forgets a device with its tokens; false if it is not known. */
  remove(id: string): Promise<boolean>;
  /** Makes a device show another secret than its tokens the next time; false if it is not known. */
  revokeTokens(id: string): Promise<boolean>;
  /** A new token for a device that is paired; '' if it is not any more. */
  issueToken(id: string): Promise<string>;
  /** True if this is a token of that device. */
  isToken(id: string, token: string): Promise<boolean>;
}

const key = 'gateway:devices';
const devicesMax = 1_000;
const pendingMax = 50;
const pendingMs = 3_600_000;
/** Several clients of one device may each have been handed one. */
const tokensMax = 4;

/** Devices over the notes of a store. */
export function createDevices(store: Pick<Store, 'changeNote' | 'notes'>, clock: Pick<Clock, 'now'>): Devices {
  const now = (): number => Math.trunc(clock.now());
  const change = <T>(
    make: (book: DeviceBook) => { readonly next: DeviceBook | null; readonly result: T },
  ): Promise<T> =>
    store.changeNote(key, (current): NoteChange<T> => {
      const { next, result } = make(fresh(readBook(current), now()));
      return { next: next === null ? null : jsonCopy(next), record: null, result: () => result };
    });
  const book = async (): Promise<DeviceBook> => {
    const note = (await store.notes(key)).find((one) => one.key === key);
    return fresh(readBook(note?.document ?? null), now());
  };
  const replaced = (all: DeviceBook, id: string, by: (device: Device) => Device | null): DeviceBook | null => {
    if (!all.devices.some((one) => one.id === id)) return null;
    return { ...all, devices: all.devices.flatMap((one) => (one.id === id ? (by(one) ?? []) : one)) };
  };

  return {
    book,
    pairing: (wanting) =>
      change<Pairing>((all) => {
        const device = all.devices.find(({ id }) => id === wanting.id);
        if (device !== undefined && wanting.scopes.every((scope) => covers(knownScopes(device.scopes), scope)))
          return { next: null, result: { kind: 'paired', device } };
        const reason = device === undefined ? 'not-paired' : 'scope-upgrade';
        const before = all.pending.find(({ id }) => id === wanting.id);
        if (before !== undefined && wanting.scopes.every((scope) => before.scopes.includes(scope)))
          return { next: null, result: { kind: 'waiting', reason, request: before, isNew: false } };
        const others = all.pending.filter(({ id }) => id !== wanting.id);
        if (others.length >= pendingMax) return { next: null, result: { kind: 'full' } };
        const request = {
          ...wanting,
          scopes: [...wanting.scopes],
          requestId: randomBytes(9).toString('hex'),
          at: now(),
        };
        const next = { ...all, pending: [...others, request] };
        return { next, result: { kind: 'waiting', reason, request, isNew: true } };
      }),
    approve: (requestId, by) =>
      change((all) => {
        const request = all.pending.find((one) => one.requestId === requestId);
        const others = all.devices.filter(({ id }) => id !== request?.id);
        if (request === undefined || others.length >= devicesMax) return { next: null, result: null };
        const { id, publicKey, name, platform } = request;
        const before = all.devices.find((one) => one.id === id);
        const scopes = [...knownScopes([...(before?.scopes ?? []), ...request.scopes])];
        const tokens = before?.tokens ?? [];
        const device = { id, publicKey, name, platform, scopes, approvedAt: now(), approvedBy: by, tokens };
        const pending = all.pending.filter((one) => one !== request);
        return { next: { devices: [...others, device], pending }, result: device };
      }),
    reject: (requestId) =>
      change((all) => {
        const request = all.pending.find((one) => one.requestId === requestId) ?? null;
        const pending = all.pending.filter((one) => one !== request);
        return { next: request === null ? null : { ...all, pending }, result: request };
      }),
    remove: (id) =>
      change((all) => {
        const next = replaced(all, id, () => null);
        return { next, result: next !== null };
      }),
    revokeTokens: (id) =>
      change((all) => {
        const next = replaced(all, id, (device) => ({ ...device, tokens: [] }));
        return { next, result: next !== null };
      }),
    issueToken: (id) =>
      change((all) => {
        const token = randomBytes(32).toString('base64url');
        const issued = { hash: hashOf(token), at: now() };
        const next = replaced(all, id, (device) => ({
          ...device,
          tokens: [issued, ...device.tokens].slice(0, tokensMax),
        }));
        return { next, result: next === null ? '' : token };
      }),
    isToken: async (id, token) => {
      const device = (await book()).devices.find((one) => one.id === id);
      return token !== '' && (device?.tokens.some((known) => known.hash === hashOf(token)) ?? false);
    },
  };
}

/** Tokens are random and long, so a plain hash of one tells nothing, and comparing hashes tells nothing of tokens. */
const hashOf = (token: string): string => hash('sha256', token);

/** A book nobody can read is not an empty one: devices would lose what they have. */
function readBook(note: JsonObject | null): DeviceBook {
  if (note === null) return { devices: [], pending: [] };
  return bookSchema.parse(note);
}

const fresh = (book: DeviceBook, now: number): DeviceBook => ({
  ...book,
  pending: book.pending.filter(({ at }) => now - at < pendingMs),
});
