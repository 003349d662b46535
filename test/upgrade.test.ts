import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const UPGRADE = resolve(import.meta.dirname, '../deploy/upgrade.sh');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tillwire-upgrade-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What `deploy/upgrade.sh` asks whether it is ready, where `what` is installed with `env`; all it starts is noted. */
function askedAt(what: 'kiosk' | 'head-office', env: string): string {
  const bin = join(folder, 'app/node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  const note = join(folder, 'asked');
  const answers = `#!/bin/sh\nfor word; do case $word in http:*) echo "$word" >> '${note}' ;; esac; done\n`;
  writeFileSync(join(bin, 'node'), answers, { mode: 0o755 });
  writeFileSync(join(folder, `${what}.env`), env);
  execFileSync('sh', [UPGRADE], {
    env: {
      PATH: process.env['PATH'],
      TILLWIRE_ROOT: folder,
      TILLWIRE_DATA: folder,
      TILLWIRE_SERVICE: 'true',
    },
  });
  return readFileSync(note, 'utf8').trim();
}

it.each([
  ['kiosk', 'STORE_CODE=S01\n', 'http://127.0.0.1:8080/readyz'],
  ['head-office', 'HO_STATE_DIR=/state\n', 'http://127.0.0.1:8090/readyz'],
  ['kiosk', 'HTTP_HOST=10.0.0.7\nHTTP_PORT=80\n', 'http://10.0.0.7:80/readyz'],
] as const)('An upgraded %s is asked where it listens: %j', (what, env, address) => {
  expect(askedAt(what, env)).toBe(address);
});
