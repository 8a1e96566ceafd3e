import { expect, test } from 'vitest';
import {
  canonicalAddress,
  canonicalHost,
  compileAddressRange,
  isPrivateAddress,
  isPrivateHost,
} from '../../src/kernel/addresses.ts';

test('what is not an address counts as private', () => {
  for (const text of ['', 'example.com', '127.1', '0x7f.0.0.1', '1.2.3.4.5', 'fe80::1%eth0', '1.2.3.4/8']) {
    expect(isPrivateAddress(text), text).toBe(true);
  }
});

test('addresses of one machine or network are private, in every form that leads to them', () => {
  const addresses = `0.0.0.0 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.0.1 169.254.169.254 172.16.0.1 172.31.255.255
    192.0.0.192 192.0.2.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 168.63.129.16
    :: ::1 ::127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:10.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1:: 2002:a9fe:a9fe::1
    fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 2001:db8::1 2001::1 100::1 3fff::1 4000::1 5f00::1`;
  for (const address of addresses.split(/\s+/)) expect(isPrivateAddress(address), address).toBe(true);
});

test('ordinary public addresses are not private', () => {
  for (const address of ['1.1.1.1', '8.8.8.8', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808']) {
    expect(isPrivateAddress(address), address).toBe(false);
  }
});

test('an IPv6 form of an IPv4 address is spelled as what it reaches', () => {
  expect(canonicalAddress('::ffff:7f00:1')).toBe('127.0.0.1');
  expect(canonicalAddress('64:ff9b::a9fe:a9fe')).toBe('169.254.169.254');
  expect(canonicalAddress('2002:0a00:0001:ffff::1')).toBe('10.0.0.1');
  expect(canonicalAddress('2606:4700:0:0::1111')).toBe('2606:4700::1111');
});

test('a host has one spelling', () => {
  const spellings = [
    ['EXAMPLE.com.', 'example.com'],
    ['faß.de', 'xn--fa-hia.de'],
    ['0x7f.1', '127.0.0.1'],
    ['2130706433', '127.0.0.1'],
    ['0177.0.0.1', '127.0.0.1'],
    ['１２７.0.0.1', '127.0.0.1'],
    ['[::ffff:127.0.0.1]', '127.0.0.1'],
    ['[2606:4700:0::1]', '2606:4700::1'],
    ['ex%61mple.com', 'example.com'],
  ] as const;
  for (const [text, canonical] of spellings) expect(canonicalHost(text), text).toBe(canonical);
});

test('what two readers could take for different hosts is no host', () => {
  const texts = [
    '',
    'a..b',
    'example.com..',
    '.example.com',
    'a b',
    'a@b',
    'a/b',
    'a\\b',
    '*.a.com',
    '-a.com',
    'a.com-',
    'fe80::1%eth0',
    '[::1',
    'xn--a',
    'a:80',
    `${'a'.repeat(64)}.com`,
    '256.1.1.1',
    'a#b',
    'a?b',
    '1.2.3.4.5',
  ];
  for (const text of texts) expect(canonicalHost(text), text).toBeUndefined();
});

test('local names are private hosts', () => {
  for (const host of ['localhost', 'db', 'a.localhost', 'printer.local', 'metadata.google.internal', 'x.lan']) {
    expect(isPrivateHost(host), host).toBe(true);
  }
  expect(isPrivateHost('example.com')).toBe(false);
});

test('a range covers an address in every form, and no name', () => {
  const isPrivate = compileAddressRange('10.0.0.0/8');
  expect(isPrivate?.('10.255.0.1')).toBe(true);
  expect(isPrivate?.('::ffff:10.0.0.1')).toBe(true);
  expect(isPrivate?.('11.0.0.1')).toBe(false);
  expect(isPrivate?.('ten.example.com')).toBe(false);
  expect(compileAddressRange('fd00::/8')?.('fd12::1')).toBe(true);
  for (const text of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/8/8', '10/8', '::ffff:0:0/96', 'a/8', '10.0.0.0/08']) {
    expect(compileAddressRange(text), text).toBeUndefined();
  }
});
