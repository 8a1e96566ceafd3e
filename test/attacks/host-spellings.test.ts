// Ways to write the address of this machine, its network or the metadata service so that a rule about it would not see it.

import { expect, test } from 'vitest';
import type { ConnectEffect } from '../../src/kernel/types.ts';
import { classifyUrl } from '../../src/policy/classify/host.ts';
import { decisionOf, tool } from '../policy/situations.ts';

const open = [
  {
    path: 'p.yaml',
    text: 'policy: p\nrules:\n  - { id: a, because: so, allow: { connect: ["*", "*.example.com"] } }\n',
  },
];

async function verdictOf(url: string): Promise<string> {
  const read = classifyUrl(url);
  if (read.kind === 'unclear') return 'unclear';
  const effect: ConnectEffect = { ...read, method: 'GET', standing: 'own' };
  return (await decisionOf(open, [tool('http'), effect])).verdict;
}

test('no spelling of a private address is allowed by a rule for every host', async () => {
  const hosts = [
    '127.0.0.1',
    '127.1',
    '0x7f000001',
    '0x7f.0x0.0x0.0x1',
    '017700000001',
    '2130706433',
    '0177.1',
    '0',
    '0.0.0.0',
    '127.0.0.1.',
    '127.000.000.001',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[2002:7f00:1::]',
    '[::ffff:0:127.0.0.1]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '[fec0::1]',
    '[ff02::1]',
    '[2001:0:7f00:1::]',
    '[64:ff9b:1::7f00:1]',
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '169.254.43518',
    '[::ffff:a9fe:a9fe]',
    '[2002:a9fe:a9fe::]',
    '10.0.0.1',
    '192.168.0.1',
    '172.16.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '１２７.０.０.１',
    '127。0。0。1',
    '①②⑦.0.0.1',
    'localhost',
    'LOCALHOST.',
    'l\u00adocalhost',
    'loc%61lhost',
    'a.localhost',
    'ⓛocalhost',
    'metadata',
    'metadata.google.internal',
    'METADATA.google.internal.',
    'instance-data',
    'router.lan',
    'printer.local',
    'db',
  ];
  for (const host of hosts) {
    for (const url of [`http://${host}/`, `https://${host}:8443/x`])
      expect(await verdictOf(url), url).not.toBe('allow');
  }
});

test('a URL cannot carry a second host', async () => {
  const urls = [
    'http://example.com@127.0.0.1/',
    'http://127.0.0.1@example.com/',
    'http://example.com\\@127.0.0.1/',
    'http://example.com#@127.0.0.1/\\',
    'http:\\\\127.0.0.1',
    'http://example.com%00.evil.com',
    'http://example.com%2f@127.0.0.1',
    'http://127.0.0.1\t.example.com',
    'http://example.com\r\nHost: x',
    '//127.0.0.1',
    'http:///127.0.0.1',
    'http:127.0.0.1',
    'https://example.com:443:80/',
    'http://[::1].example.com',
    'http://127.0.0.1%23.example.com',
  ];
  for (const url of urls) expect(await verdictOf(url), url).not.toBe('allow');
});

test('a host that only ends like an allowed one is another host', async () => {
  const narrow = [
    {
      path: 'p.yaml',
      text: 'policy: p\nrules:\n  - { id: a, because: so, allow: { connect: ["*.example.com", "example.com:443"] } }\n',
    },
  ];
  for (const url of [
    'https://badexample.com/',
    'https://example.com.evil.com/',
    'https://example.com:444/',
    'http://example.com/',
    'https://example.co/',
    'https://xn--exmple-cua.com/',
  ]) {
    const read = classifyUrl(url);
    if (read.kind === 'unclear') throw new Error(read.because);
    const decision = await decisionOf(narrow, [tool('http'), { ...read, method: 'GET', standing: 'own' }]);
    expect(decision.verdict, url).toBe('deny');
  }
});
