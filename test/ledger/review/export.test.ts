import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvCell, csvHead, csvOf } from '../../../src/ledger/review/csv.ts';
import { ocsfOf } from '../../../src/ledger/review/ocsf.ts';
import { entriesOf, recordsOf } from './harness.ts';

/** Another reader of CSV than ours. */
const Papa: { parse(text: string, options?: object): { readonly data: readonly (readonly string[])[] } } =
  createRequire(import.meta.url)('papaparse');

/** @see https://owasp.org/www-community/attacks/CSV_Injection */
test('no cell begins like a formula', () => {
  for (const text of [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    ' =1',
    '\n=1',
    '\u00a0=1',
    '＝1',
    '|cmd',
    '%0A=1',
  ]) {
    const [[cell = ''] = []] = Papa.parse(csvCell(text)).data;
    expect(cell, JSON.stringify(text)).toBe(`'${text}`);
  }
  expect(csvCell('a=1')).toBe('a=1');
});

test('whatever a record says is one row, and comes back as it was', () => {
  const width = csvHead().split(',').length;
  const property = fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
    const rows = recordsOf(entriesOf('run-1', text)).map(csvOf).join('');
    const { data } = Papa.parse(rows, { newline: '\r\n', delimiter: ',', skipEmptyLines: false });
    expect(data.slice(0, -1).map((row) => row.length)).toEqual(Array.from({ length: 10 }, () => width));
    for (const [index, row] of data.slice(0, -1).entries()) {
      expect(JSON.parse(row.at(-1) ?? '')).toEqual(recordsOf(entriesOf('run-1', text))[index]?.body);
    }
  });
  fc.assert(property, { numRuns: 15 });
});

/**
 * What the class requires: its own attributes, those of the base event, and those of the objects in them.
 * @see https://schema.ocsf.io/1.5.0/classes/api_activity
 */
const required = [
  'activity_id',
  'actor',
  'api',
  'category_uid',
  'class_uid',
  'metadata',
  'severity_id',
  'src_endpoint',
  'time',
  'type_uid',
];
const known = new Set([
  ...required,
  ...[
    'activity_name',
    'category_name',
    'class_name',
    'count',
    'duration',
    'end_time',
    'enrichments',
    'message',
    'observables',
  ],
  ...['raw_data', 'raw_data_size', 'severity', 'start_time', 'status', 'status_code', 'status_detail', 'status_id'],
  ...['timezone_offset', 'type_name', 'unmapped', 'dst_endpoint', 'http_request', 'http_response', 'resources'],
]);
const enums: { readonly [name: string]: readonly number[] } = {
  activity_id: [0, 1, 2, 3, 4, 99],
  severity_id: [0, 1, 2, 3, 4, 5, 6, 99],
  status_id: [0, 1, 2, 99],
};
const oneOf = {
  actor: ['process', 'user', 'invoked_by', 'session', 'app_name', 'app_uid'],
  src_endpoint: [
    'ip',
    'uid',
    'name',
    'hostname',
    'instance_uid',
    'interface_uid',
    'interface_name',
    'domain',
    'svc_name',
  ],
};

test('every record is a complete event of the class API Activity', () => {
  const entries = [
    ...entriesOf('run-1', 'x'),
    ['policy-loaded', { role: 'policy', previous: 'sha256:a', policy: 'sha256:b', files: [] }],
    ['labels-cleared', { by: 'ann', marks: [] }],
    ['of-a-later-kind', {}],
  ] as const;
  for (const record of recordsOf(entries)) {
    const event = ocsfOf(record, '1.0.0');
    for (const name of required) expect(event, record.type).toHaveProperty(name);
    for (const name of Object.keys(event)) expect(known, name).toContain(name);
    for (const [name, values] of Object.entries(enums)) expect(values, name).toContain(event[name]);
    for (const [name, choices] of Object.entries(oneOf)) {
      expect(
        Object.keys(Object(event[name])).filter((member) => choices.includes(member)).length,
        name,
      ).toBeGreaterThan(0);
    }
    expect(event).toMatchObject({
      category_uid: 6,
      class_uid: 6003,
      type_uid: 600_300 + Number(event.activity_id),
      time: record.at,
      metadata: {
        version: '1.5.0',
        uid: record.hash,
        sequence: record.seq,
        product: { name: 'Sallyport', vendor_name: 'Sallyport' },
      },
      api: { operation: expect.stringMatching(/./), request: { uid: expect.stringMatching(/./) } },
      unmapped: { record: { type: record.type, body: record.body } },
    });
  }
});

test('an event tells reading from writing, and what was refused from what was done', () => {
  const events = recordsOf(entriesOf('run-1')).map((record) => ocsfOf(record, '1.0.0'));
  expect(events[2]).toMatchObject({ activity_name: 'Read', status_code: 'allow', api: { operation: 'read' } });
  expect(events[3]).toMatchObject({ status: 'Success', duration: 12 });
  expect(events[7]).toMatchObject({
    status: 'Unknown',
    severity: 'Medium',
    dst_endpoint: { hostname: 'plain', port: 443 },
  });
  expect(events[8]).toMatchObject({
    status: 'Failure',
    severity: 'Low',
    actor: { user: { name: 'ann' }, authorizations: [{ decision: 'deny', policy: { name: 'ci/http-rule' } }] },
  });
});
