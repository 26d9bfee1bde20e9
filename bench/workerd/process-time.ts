/** CPU time of another process, on Linux from /proc. Elsewhere there is none, and wall time stands in for it. */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc/<pid>/stat are hundredths of a second on every Linux that Node supports. */
const TICK_US = 10_000;

/** The scheduler's own account of every thread, in nanoseconds; absent in kernels built without it. */
function scheduledUs(pid: number): number | undefined {
  const tasks = `/proc/${pid}/task`;
  let total = 0;
  for (const task of readdirSync(tasks)) {
    total += Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]);
  }
  return total > 0 ? total / 1000 : undefined;
}

function tickedUs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before it may hold spaces
  const [user, system] = [fields[11], fields[12]];
  return (Number(user) + Number(system)) * TICK_US;
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** @returns microseconds of CPU since the process began, or undefined where the system does not say */
export function processCpuUs(pid: number): number | undefined {
  return attempt(() => scheduledUs(pid)) ?? attempt(() => tickedUs(pid));
}
