import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { connect } from 'node:tls';
import { isStoreCode } from '@tillwire/domain';
import { BROKER_AUTHS } from '@tillwire/head-office/broker/rights';
import { afterEach, describe, expect, it } from 'vitest';
import { startMosquitto, type TestBroker } from './harness/mosquitto.ts';
import { startTillwire } from './harness/process.ts';
import { waitFor } from './harness/wait.ts';

interface Finding {
  readonly about: string;
  readonly verdict: 'good' | 'bad' | 'unknown';
  readonly detail: string;
}

const accountsOf = ({ ca }: TestBroker): string => join(dirname(ca), '../accounts');
const configurationOf = ({ ca }: TestBroker): string =>
  join(dirname(ca), '../mosquitto/mosquitto.conf');

async function check(...args: readonly string[]) {
  const run = startTillwire(['broker', 'check', '--json', ...args]);
  const { code } = await run.exited;
  const { findings } = JSON.parse(run.stdout()) as { readonly findings: readonly Finding[] };
  return {
    code,
    of: (verdict: string) => findings.filter((finding) => finding.verdict === verdict),
  };
}

describe('tillwire broker check', () => {
  let broker: TestBroker;
  afterEach(() => broker.remove());

  it.each(BROKER_AUTHS)('finds nothing wrong with what broker init made, by %s', async (auth) => {
    broker = await startMosquitto({ stores: ['S01'].filter(isStoreCode), auth });
    const { code, of } = await check('--accounts', accountsOf(broker));
    expect(of('bad')).toEqual([]);
    expect(code).toBe(0);
    expect(of('unknown').map(({ about }) => about)).toEqual(['persistence']);
    expect(of('good')).toHaveLength(13);
  });

  it('finds what is wrong with a broker that was loosened', async () => {
    broker = await startMosquitto({ stores: ['S01'].filter(isStoreCode) });
    await broker.stop();
    const file = configurationOf(broker);
    const loosened = (await readFile(file, 'utf8'))
      .replace('allow_anonymous false', 'allow_anonymous true')
      .replace('max_inflight_messages 1000', 'max_inflight_messages 20')
      .replace('max_packet_size 16777216', 'max_packet_size 1000000')
      .replace('plugin ', '# plugin ')
      .replace('plugin_opt_config_file', '# plugin_opt_config_file');
    await writeFile(file, loosened);
    await broker.start();
    const { code, of } = await check('--accounts', accountsOf(broker));
    expect(code).toBe(1);
    expect(of('bad').map(({ about }) => about)).toEqual([
      'strangers',
      'limits',
      'S01 publishing to stores/S9999/broker-check',
      'S01 publishing to ho/ack/S9999',
      'S01 publishing to ho/catalog/full/broker-check',
      "S01 receiving what is another shop's",
      'head-office publishing to stores/S9999/broker-check',
    ]);
    expect(of('bad')[1]?.detail).toBe('Receive Maximum 20, packets up to 1000000 bytes');
  });

  it('certificates are renewed under a broker that runs, and nobody has to be told', async () => {
    broker = await startMosquitto({ stores: ['S01'].filter(isStoreCode), auth: 'certificates' });
    const shown = async (): Promise<string> => {
      const { ca } = await broker.address();
      const socket = connect({ host: 'localhost', port: broker.port, servername: 'localhost', ca });
      await once(socket, 'secureConnect');
      const { serialNumber } = socket.getPeerCertificate();
      socket.destroy();
      return serialNumber;
    };
    const before = await shown();
    const renew = startTillwire(['broker', 'renew', join(dirname(broker.ca), '..')]);
    expect((await renew.exited).code).toBe(0);
    expect(renew.stdout()).not.toContain('S01');
    expect(await shown()).toBe(before);
    broker.reload();
    await waitFor('the new certificate', async () => (await shown()) !== before);
    // With the account's new certificate, and the store's old one.
    expect((await check('--accounts', accountsOf(broker))).of('bad')).toEqual([]);
    await rm(join(dirname(broker.ca), 'ca.key'));
    const without = startTillwire(['broker', 'renew', join(dirname(broker.ca), '..')]);
    expect((await without.exited).code).toBe(1);
    expect(without.stderr()).toContain("the authority's key is needed for this");
  });

  it('finds a certificate that names another host, or that nobody vouches for', async () => {
    broker = await startMosquitto({ stores: [] });
    const other = await check('--url', `mqtts://127.0.0.2:${broker.port}`, '--ca', broker.ca);
    expect(other.of('bad').map(({ about }) => about)).toContain('certificate');
    const unvouched = await check('--url', `mqtts://localhost:${broker.port}`);
    expect(unvouched.of('bad')[0]?.detail).toMatch(/self-signed|unable to verify/);
  });
});
