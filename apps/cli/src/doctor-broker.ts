import { existsSync, readFileSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { readAccounts } from '@tillwire/head-office/broker/accounts';
import { checkBroker, SHOP_RIGHTS } from '@tillwire/head-office/broker/broker-check';
import { probeBroker, systemClock, systemIds } from '@tillwire/runtime';
import {
  fault,
  type Finding,
  good,
  look,
  lookAtCertificate,
  lookAtDisk,
  lookAtSecrets,
  warning,
} from './doctor-findings.ts';

const HOUR_MS = 3_600_000;
const LOG = 'journalctl -u mosquitto says why';

/** A broker looked over on its own machine, out of the folder that `broker init` made. */
export async function brokerFindings(folder: string): Promise<readonly Finding[]> {
  const configuration = join(folder, 'mosquitto', 'mosquitto.conf');
  if (!existsSync(configuration)) {
    const what = `${folder} is not a folder that tillwire broker init made`;
    return [fault('folder', what, 'name it with --dir')];
  }
  const conf = readFileSync(configuration, 'utf8');
  return [
    ...lookAtSecrets([
      join(folder, 'authority'),
      join(folder, 'accounts'),
      join(folder, 'mosquitto', 'server.key'),
      join(folder, 'mosquitto', 'dynamic-security.json'),
    ]),
    ...lookAtAuthority(folder),
    ...(await lookAtPersistence(conf)),
    ...(await look('broker', LOG, () => lookFromOutside(folder, configuration))),
  ];
}

function lookAtAuthority(folder: string): readonly Finding[] {
  const certificates = ['authority/ca.crt', 'authority/clients.crt', 'mosquitto/server.crt']
    .map((file) => join(folder, file))
    .filter((file) => existsSync(file));
  return [
    ...certificates.map((file) => lookAtCertificate(readFileSync(file, 'utf8'))),
    existsSync(join(folder, 'authority', 'ca.key'))
      ? warning(
          'authority',
          'authority/ca.key is on this machine: whoever takes it can pass for the broker',
          'keep it elsewhere, encrypted; only broker renew needs it',
        )
      : good('authority', 'the authority’s key is not on this machine'),
  ];
}

/** The value of a setting of mosquitto.conf. */
const settingOf = (conf: string, name: string): string | undefined =>
  new RegExp(`^${name} (.+)$`, 'm').exec(conf)?.[1];

async function lookAtPersistence(conf: string): Promise<readonly Finding[]> {
  const location = settingOf(conf, 'persistence_location');
  if (settingOf(conf, 'persistence') !== 'true' || location === undefined) {
    const what = 'what is retained is lost when the broker stops';
    return [fault('persistence', what, 'persistence true, and a persistence_location')];
  }
  if (!existsSync(location)) {
    return [fault('persistence', `${location} is not there`, 'make it, for the broker’s user')];
  }
  const { bavail, bsize } = await statfs(location);
  const file = join(location, 'mosquitto.db');
  const hours = existsSync(file)
    ? Math.floor((systemClock.nowMs() - statSync(file).mtimeMs) / HOUR_MS)
    : 0;
  return [
    hours > 24
      ? warning(
          'persistence',
          `${file} was last written ${hours} hours ago`,
          `is the folder the broker's to write, and the disk not full? ${LOG}`,
        )
      : good('persistence', `what is retained is kept in ${location}`),
    lookAtDisk(bavail * bsize),
  ];
}

async function lookFromOutside(folder: string, configuration: string): Promise<readonly Finding[]> {
  const accounts = await readAccounts(join(folder, 'accounts'));
  const address = accounts.get('head-office');
  if (address === undefined) {
    const remedy = 'broker init writes accounts/head-office.env';
    return [fault('accounts', 'there is no account of Head Office', remedy)];
  }
  const answer = await probeBroker(address, `doctor-${systemIds.uuid()}`);
  if (answer.type === 'unreachable') {
    const remedy = `start it: mosquitto -c ${configuration} (${LOG}); is a firewall between?`;
    return [fault('broker', `${address.url} can't be reached: ${answer.detail}`, remedy)];
  }
  const found = await checkBroker({ address, accounts, clock: systemClock });
  return (
    found
      // The one is looked at above, the other from the shops.
      .filter(({ about }) => about !== 'persistence' && about !== SHOP_RIGHTS)
      .map(({ about, verdict, detail, remedy = '' }) => {
        if (verdict === 'good') return good(about, `${about}: ${detail}`);
        return verdict === 'bad'
          ? fault(about, `${about}: ${detail}`, remedy)
          : warning(about, `${about}: ${detail}`, remedy);
      })
  );
}
