import { readFile } from 'node:fs/promises';
import { readAccounts } from '@tillwire/head-office/broker/accounts';
import { checkBroker, type Finding } from '@tillwire/head-office/broker/broker-check';
import { BrokerInitError, initBroker } from '@tillwire/head-office/broker/broker-init';
import { renewBroker } from '@tillwire/head-office/broker/broker-renew';
import { BROKER_AUTHS, type BrokerAuth } from '@tillwire/head-office/broker/rights';
import { isStoreCode, type StoreCode } from '@tillwire/domain';
import { type BrokerAddress, systemClock, systemIds } from '@tillwire/runtime';
import { type Arguments, type Command, UsageError, wholeNumber } from './command.ts';

const HOST = /^[\dA-Za-z]([\dA-Za-z.:-]{0,252}[\dA-Za-z])?$/;
const DEFAULT_PORT = 8883;

/** The parts of a comma-separated option. @throws {UsageError} naming the one that is wrong. */
function list(args: Arguments, name: string, isGood: (part: string) => boolean): readonly string[] {
  const parts = (args.text(name) ?? '').split(',').filter((part) => part !== '');
  const wrong = parts.find((part) => !isGood(part));
  if (wrong !== undefined) throw new UsageError(`--${name} does not take ${wrong}`);
  if (new Set(parts).size < parts.length) throw new UsageError(`--${name} names one twice`);
  return parts;
}

function authOf(args: Arguments): BrokerAuth {
  const given = args.text('auth') ?? 'dynsec';
  const auth = BROKER_AUTHS.find((one) => one === given);
  if (auth !== undefined) return auth;
  throw new UsageError(`--auth takes ${BROKER_AUTHS.join(', ')}, not ${given}`);
}

async function runCheck(args: Arguments): Promise<readonly Finding[]> {
  const [url, ca, folder] = ['url', 'ca', 'accounts'].map((name) => args.text(name));
  const accounts =
    folder === undefined ? new Map<string, BrokerAddress>() : await readAccounts(folder);
  const known = accounts.get('head-office');
  const at = url ?? known?.url;
  if (at === undefined || !/^mqtts?:\/\//.test(at) || !URL.canParse(at)) {
    throw new UsageError('--url is required, mqtts://…, unless --accounts holds head-office.env');
  }
  const authority = ca === undefined ? known?.ca : await readFile(ca, 'utf8');
  return checkBroker({
    address: { url: at, ca: authority },
    accounts: new Map(
      [...accounts].map(([user, account]) => [user, { ...account, url: at, ca: authority }]),
    ),
    clock: systemClock,
  });
}

const findingLine = ({ about, verdict, detail, remedy }: Finding): string =>
  `${verdict.padEnd(8)}${about}: ${detail}${remedy === undefined ? '' : `; ${remedy}`}`;

/** The commands that set up and verify a broker. */
export const brokerCommands: readonly Command[] = [
  {
    name: 'broker init',
    positionals: ['DIR'],
    summary:
      'make everything a Mosquitto broker needs: authority, certificates, configuration, accounts with least rights',
    options: {
      host: {
        type: 'string',
        value: 'NAME,…',
        help: 'names and addresses it is reached by, the first one by the shops',
        default: 'localhost,127.0.0.1',
      },
      port: { type: 'string', value: 'P', help: 'its port', default: String(DEFAULT_PORT) },
      stores: { type: 'string', value: 'S01,…', help: 'shops to make accounts for' },
      auth: {
        type: 'string',
        value: 'HOW',
        help: 'dynsec: passwords, changed live; certificates: of clients, changed live; access-file: certificates and rights in files, changed by hand',
        default: 'dynsec',
      },
      authority: {
        type: 'string',
        value: 'DIR',
        help: 'the authorities of a broker that was lost, ca and clients, as far as they are in DIR: whoever believed it believes this one',
      },
      plugin: {
        type: 'string',
        value: 'PATH',
        help: 'mosquitto_dynamic_security.so, where it is not found by itself',
      },
      json: { type: 'boolean', help: 'print one JSON document' },
    },
    run: async (args, { print, complain }) => {
      const init = {
        folder: args.positionals[0] ?? '',
        hosts: list(args, 'host', (host) => HOST.test(host)),
        port: wholeNumber(args, 'port', { least: 1, most: 65_535, fallback: DEFAULT_PORT }),
        stores: list(args, 'stores', isStoreCode) as readonly StoreCode[],
        auth: authOf(args),
        authority: args.text('authority'),
        plugin: args.text('plugin'),
      };
      try {
        const files = await initBroker(init, { clock: systemClock, ids: systemIds });
        if (args.flag('json')) print(JSON.stringify(files));
        else {
          print(`Start the broker with:  mosquitto -c ${files.configuration}`);
          print(`Clients know it by:     ${files.ca}`);
          print('Credentials, one environment file an account (keep them safe):');
          for (const [user, file] of Object.entries(files.accounts)) {
            print(`  ${user.padEnd(12)}${file}`);
          }
        }
        return 0;
      } catch (error) {
        if (!(error instanceof BrokerInitError)) throw error;
        complain(`tillwire: ${error.message}`);
        return 1;
      }
    },
  },
  {
    name: 'broker renew',
    positionals: ['DIR'],
    summary:
      'issue the broker’s certificate anew, and those of Head Office’s accounts, by the authority in DIR',
    options: { json: { type: 'boolean', help: 'print one JSON document' } },
    run: async (args, { print, complain }) => {
      try {
        const issuing = { clock: systemClock, ids: systemIds };
        const { renewed } = await renewBroker(args.positionals[0] ?? '', issuing);
        if (args.flag('json')) print(JSON.stringify({ renewed }));
        else {
          for (const file of renewed) print(`issued anew: ${file}`);
          print('Reload the broker (SIGHUP, systemctl reload mosquitto) and restart Head Office.');
        }
        return 0;
      } catch (error) {
        if (!(error instanceof BrokerInitError)) throw error;
        complain(`tillwire: ${error.message}`);
        return 1;
      }
    },
  },
  {
    name: 'broker check',
    summary: 'look at a running broker from outside: TLS, strangers, rights, limits',
    options: {
      url: {
        type: 'string',
        value: 'URL',
        help: 'mqtts://host:port; that of the accounts if left out',
      },
      ca: { type: 'string', value: 'FILE', help: 'the certificate of its authority; likewise' },
      accounts: {
        type: 'string',
        value: 'DIR',
        help: "accounts made by broker init, to try rights with; a running shop's till notes a message it does not believe",
      },
      json: { type: 'boolean', help: 'print one JSON document' },
    },
    run: async (args, { print }) => {
      const findings = await runCheck(args);
      if (args.flag('json')) print(JSON.stringify({ findings }));
      else for (const finding of findings) print(findingLine(finding));
      return findings.some(({ verdict }) => verdict === 'bad') ? 1 : 0;
    },
  },
];
