// Exit 0 when node_modules holds exactly what package-lock.json names, as npm itself wrote it down at the end of its
// last install; else 1. It compares the two lists, not the files. Runs on any Node that npm runs on.
import { readFileSync } from 'node:fs';

const packagesOf = (file) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).packages;

const wanted = packagesOf('package-lock.json');
const present = packagesOf('node_modules/.package-lock.json');
delete wanted[''];

const isMet = ([path, entry]) =>
  path in present
    ? present[path].version === entry.version && present[path].integrity === entry.integrity
    : entry.optional === true || entry.devOptional === true;

const matches = Object.entries(wanted).every(isMet) && Object.keys(present).every((path) => path in wanted);
process.exitCode = matches ? 0 : 1;
