// Exit 0 when this Node is new enough and both native packages do their work in it: an isolate computes, and SQLite
// answers a full-text query. Anything else ends in an exception that says what does not work.
import { once } from 'node:events';
import isolatedVm from 'isolated-vm';
import sqlite3 from 'sqlite3';

const major = Number(process.versions.node.split('.')[0]);
if (major < 24) throw new Error(`this is Node ${process.versions.node}, and 24 or newer is needed`);

const isolate = new isolatedVm.Isolate({ memoryLimit: 8 });
if (isolate.createContextSync().evalSync('6 * 7') !== 42) throw new Error('isolated-vm loads and does not compute');
isolate.dispose();

const database = new sqlite3.Database(':memory:');
await once(database, 'open');
await new Promise((resolve, reject) => {
  database.exec(
    "CREATE VIRTUAL TABLE words USING fts5(word); SELECT json_each.value FROM json_each('[1]');",
    (error) => (error ? reject(error) : resolve(undefined)),
  );
});
database.close();
