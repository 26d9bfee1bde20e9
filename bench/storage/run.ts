/**
 * Storage beside better-sqlite3, both in memory and in one process:
 * `npm run bench:storage [-- part of a name …]`. Prints CPU time and the ratio, ours to theirs.
 */
import { measure } from './measure.ts';
import { measureSpace } from './space.ts';
import { installPeers } from '../runner/peers-install.ts';
import { STORAGE_WORKLOADS } from './storage-workloads.ts';
import { TREE_WORKLOADS } from './tree-workloads.ts';

const missing = installPeers((message) => console.error(message));
if (missing !== undefined) {
  console.error(`better-sqlite3 is not to be had: ${missing}`);
  process.exit(1);
}

const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.some((part) => name.includes(part));

function print(name: string, ours: number, peer: number, unit: string): void {
  const columns = [ours, peer].map((value) => `${value.toPrecision(4)} ${unit}`.padStart(13));
  console.log(name.padEnd(30), ...columns, (ours / peer).toFixed(3).padStart(8));
}

console.log(''.padEnd(30), 'ours'.padStart(13), 'better-sqlite3'.padStart(13), 'ratio'.padStart(7));
if (isWanted('memory space')) for (const { name, ours, peer, unit } of measureSpace()) print(name, ours, peer, unit);
for (const workload of [...TREE_WORKLOADS, ...STORAGE_WORKLOADS]) {
  if (!isWanted(workload.name)) continue;
  const { name, oursUs, peerUs } = measure(workload);
  print(name, oursUs, peerUs, 'µs');
}
