import { readFileSync } from 'node:fs';

/** Memory a process holds, MB. */
export function residentMB(pid: number): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(found) / 1000;
}
