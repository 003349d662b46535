import { isStoreCode } from '@tillwire/domain';
import { type BrokerAddress, type Clock, pause } from '@tillwire/runtime';
import { openProbe, type Probe, shakeHands } from './probe.ts';

/** One thing looked at from outside. `unknown` is what only the broker's own files could tell. */
export interface Finding {
  readonly about: string;
  readonly verdict: 'good' | 'bad' | 'unknown';
  readonly detail: string;
  /** What to do about it; for what is not good. */
  readonly remedy?: string;
}

export interface BrokerCheck {
  readonly address: BrokerAddress;
  /** Accounts to look at the broker's rights with, by user: a shop's, and `head-office`. */
  readonly accounts: ReadonlyMap<string, BrokerAddress>;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;
const EXPIRES_SOON_DAYS = 30;
const LEAST_RECEIVE_MAXIMUM = 100;
/** A full batch, and room for the packet around it. */
const LEAST_PACKET_BYTES = 9 * 1024 * 1024;
const ROUND_TRIPS = 20;
/** What Nagle and delayed acknowledgements add to each other. */
const NAGLE_MS = 35;
const DELIVERY_WITHIN_MS = 5000;
const PROBE = 'broker check';

/** Everything that can be seen of a broker from outside, each with what to do about it. */
export async function checkBroker(check: BrokerCheck): Promise<readonly Finding[]> {
  const findings = [await tlsVersion(check), await certificate(check), await strangers(check)];
  const store = [...check.accounts.keys()].find(isStoreCode);
  const [shop, office] = [
    store === undefined ? undefined : check.accounts.get(store),
    check.accounts.get('head-office'),
  ];
  if (office === undefined) {
    findings.push({
      about: 'rights',
      verdict: 'unknown',
      detail: 'no accounts were given to look with',
      remedy: 'name the folder of accounts that "broker init" made with --accounts',
    });
    return findings;
  }
  const atOffice = await openProbe(office);
  findings.push(
    limits(atOffice),
    ...(store === undefined || shop === undefined
      ? [NO_SHOP]
      : await lookAsShop(await openProbe(shop), atOffice, store, check)),
    ...(await officeRights(atOffice)),
    await dropped(atOffice),
    {
      about: 'persistence',
      verdict: 'unknown',
      detail: 'cannot be seen from outside',
      remedy: 'see that the configuration has "persistence true" and a persistence_location',
    },
  );
  await atOffice.leave();
  return findings;
}

/** What a finding is about that only a shop's account could make. */
export const SHOP_RIGHTS = 'rights of a shop';
const NO_SHOP: Finding = {
  about: SHOP_RIGHTS,
  verdict: 'unknown',
  detail: 'no account of a shop was given to look with',
  remedy: '"tillwire doctor kiosk" looks at its own from a shop',
};

async function lookAsShop(
  shop: Probe,
  office: Probe,
  store: string,
  { clock }: BrokerCheck,
): Promise<readonly Finding[]> {
  const findings = [
    ...(await shopRights(shop, store)),
    await receiveRights(shop, office, store),
    await roundTrips(shop, store, clock),
  ];
  await shop.leave();
  return findings;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

async function tlsVersion({ address }: BrokerCheck): Promise<Finding> {
  const about = 'TLS version';
  if (!address.url.startsWith('mqtts:')) {
    return { about, verdict: 'bad', detail: 'no TLS', remedy: 'give it a TLS listener' };
  }
  try {
    const { protocol } = await shakeHands(address, 'TLSv1.1');
    return { about, verdict: 'bad', detail: `takes ${protocol}`, remedy: 'tls_version tlsv1.2' };
  } catch {
    return { about, verdict: 'good', detail: 'nothing before TLS 1.2' };
  }
}

async function certificate({ address, clock }: BrokerCheck): Promise<Finding> {
  const about = 'certificate';
  try {
    const { protocol, validTo } = await shakeHands(address, 'TLSv1.3');
    const days = Math.floor((validTo.getTime() - clock.nowMs()) / DAY_MS);
    const detail = `${protocol}; vouched for, of this host, for ${days} days`;
    return days >= EXPIRES_SOON_DAYS
      ? { about, verdict: 'good', detail }
      : { about, verdict: 'bad', detail, remedy: 'issue a new one' };
  } catch (error) {
    const remedy = 'see that it names this host, and that --ca is of the authority that issued it';
    return { about, verdict: 'bad', detail: messageOf(error), remedy };
  }
}

async function strangers({ address: { url, ca } }: BrokerCheck): Promise<Finding> {
  const about = 'strangers';
  const nobody = { url, ca };
  for (const stranger of [nobody, { ...nobody, username: 'S01', password: 'a guess' }]) {
    try {
      await (await openProbe(stranger)).leave();
      const detail = `lets in ${'username' in stranger ? 'a guessed password' : 'the anonymous'}`;
      return { about, verdict: 'bad', detail, remedy: 'allow_anonymous false, and accounts' };
    } catch (error) {
      if (!/not authorized|user ?name or password|alert|closed/i.test(messageOf(error))) {
        return { about, verdict: 'unknown', detail: messageOf(error) };
      }
    }
  }
  return { about, verdict: 'good', detail: 'turned away, with a guessed password too' };
}

function limits({ connack: { properties } }: Probe): Finding {
  const open = properties?.receiveMaximum ?? 65_535;
  const bytes = properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY;
  const about = 'limits';
  const detail = `Receive Maximum ${open}, packets up to ${bytes} bytes`;
  const remedies = [
    ...(open < LEAST_RECEIVE_MAXIMUM ? [`max_inflight_messages ${LEAST_RECEIVE_MAXIMUM}`] : []),
    ...(bytes < LEAST_PACKET_BYTES ? [`max_packet_size ${LEAST_PACKET_BYTES}`] : []),
  ];
  if (remedies.length === 0) return { about, verdict: 'good', detail };
  return { about, verdict: 'bad', detail, remedy: `at least ${remedies.join(', ')}` };
}

const otherThan = (store: string): string => (store === 'S9999' ? 'S9998' : 'S9999');

/** What a shop may publish, and what not; nobody listens where a probe is allowed. */
const shopRights = (shop: Probe, store: string): Promise<readonly Finding[]> =>
  publishRights(shop, store, [
    [`stores/${store}/broker-check`, true],
    [`stores/${otherThan(store)}/broker-check`, false],
    [`ho/ack/${otherThan(store)}`, false],
    [`ho/catalog/full/broker-check`, false],
  ]);

const officeRights = (office: Probe): Promise<readonly Finding[]> =>
  publishRights(office, 'head-office', [
    ['ho/ack/S9999', true],
    ['stores/S9999/broker-check', false],
  ]);

async function publishRights(
  probe: Probe,
  user: string,
  expected: readonly (readonly [topic: string, may: boolean])[],
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [topic, may] of expected) {
    const outcome = await probe.publish(topic, PROBE);
    const about = `${user} publishing to ${topic}`;
    const detail = outcome === 'accepted' ? 'accepted' : `denied (${outcome})`;
    if ((outcome === 'accepted') === may) findings.push({ about, verdict: 'good', detail });
    else findings.push({ about, verdict: 'bad', detail, remedy: 'see the rights of its role' });
  }
  return findings;
}

/** Whether a shop hears what is another's, however widely it subscribes: what it does hear is the end of waiting. */
async function receiveRights(shop: Probe, office: Probe, store: string): Promise<Finding> {
  const about = `${store} receiving what is another shop's`;
  const other = otherThan(store);
  for (const filter of ['#', 'ho/#', 'ho/ack/+', `ho/ack/${store}`]) await shop.subscribe(filter);
  await office.publish(`ho/ack/${other}`, PROBE);
  await office.publish(`ho/ack/${store}`, PROBE);
  const own = `ho/ack/${store} ${PROBE}`;
  for (let waited = 0; !shop.received.has(own) && waited < DELIVERY_WITHIN_MS; waited += 50) {
    await pause(50);
  }
  if (!shop.received.has(own)) {
    const remedy = 'see the rights of its role';
    return { about, verdict: 'bad', detail: 'does not even receive its own', remedy };
  }
  return shop.received.has(`ho/ack/${other} ${PROBE}`)
    ? { about, verdict: 'bad', detail: 'receives it', remedy: 'see the rights of its role' }
    : { about, verdict: 'good', detail: 'does not, and receives its own' };
}

async function roundTrips(shop: Probe, store: string, clock: Clock): Promise<Finding> {
  const times: number[] = [];
  for (let trip = 0; trip < ROUND_TRIPS; trip++) {
    const start = clock.monotonicMs();
    await shop.publish(`stores/${store}/broker-check`, PROBE);
    times.push(clock.monotonicMs() - start);
  }
  const median = times.toSorted((a, b) => a - b)[ROUND_TRIPS / 2] ?? 0;
  const finding = {
    about: 'round trip',
    detail: `${median.toFixed(1)} ms (median of ${ROUND_TRIPS})`,
  };
  return median < NAGLE_MS
    ? { ...finding, verdict: 'good' }
    : {
        ...finding,
        verdict: 'unknown',
        remedy: 'on a line quicker than that: set_tcp_nodelay true',
      };
}

const DROPPED = '$SYS/broker/publish/messages/dropped';
const UPTIME = '$SYS/broker/uptime';

/** Messages the broker said yes to and threw away. A count that has not changed for a minute is not told any more. */
async function dropped(office: Probe): Promise<Finding> {
  const about = 'dropped messages';
  await office.subscribe(DROPPED);
  await office.subscribe(UPTIME);
  const told = (topic: string): string | undefined =>
    [...office.received].find((message) => message.startsWith(`${topic} `));
  for (let waited = 0; told(UPTIME) === undefined && waited < DELIVERY_WITHIN_MS; waited += 50) {
    await pause(50);
  }
  if (told(UPTIME) === undefined) {
    return { about, verdict: 'unknown', detail: 'the broker does not say' };
  }
  const many = Number(told(DROPPED)?.slice(DROPPED.length + 1) ?? 0);
  return many === 0
    ? { about, verdict: 'good', detail: 'none lately' }
    : { about, verdict: 'bad', detail: `${many} since it started`, remedy: 'max_queued_messages' };
}
