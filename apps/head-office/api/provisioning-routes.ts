import { isTimeZone, parseRollover } from '@tillwire/domain';
import { type BrokerAddress, type Clock, type Ids, Problem } from '@tillwire/runtime';
import { z } from 'zod';
import type { CertificateEnd } from '../fleet/alerts/certificates.ts';
import { provisionStoreByFile, revokeStoreNow } from '../fleet/provisioning/provisioning.ts';
import { createRotations, type RotationDeps } from '../fleet/provisioning/rotation.ts';
import { readSigningKeys, rotateSigningKey } from '../fleet/provisioning/signing-keys.ts';
import type { StateDir } from '../state-dir.ts';
import { type Credential, credentialsOfStore, liveCredentials } from '../store/credential-store.ts';
import type { Database } from '../store/database.ts';
import type { HeadOfficeApi } from './head-office-api.ts';
import { storeCodeParam } from './store-routes.ts';

/** What lets this process change the stores' accounts at the broker. */
export interface BrokerOffice {
  readonly rotation: RotationDeps;
  /** As its admin reaches it, and so stores, unless told otherwise. */
  readonly broker: Pick<BrokerAddress, 'url' | 'ca'>;
}

export interface ProvisioningDeps {
  /** Null: this process has no account at the broker that may. */
  readonly brokerOffice: BrokerOffice | null;
  /** Head Office's state directory. */
  readonly stateFolder: string;
  readonly rotateAfterMs: number;
  readonly certificates: () => Promise<readonly CertificateEnd[]>;
}

export interface ProvisioningRouteDeps extends ProvisioningDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly stateDir: Pick<StateDir, 'keys'>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const byStore = z.object({ store: storeCodeParam });
const note = z.string().trim().min(1, 'is needed').max(500);
const joinBody = z.object({
  name: z.string().trim().min(1, 'is needed').max(200),
  timeZone: z.string().max(64).refine(isTimeZone, 'is a time zone such as Europe/London'),
  rollover: z
    .string()
    .refine((text) => parseRollover(text) !== null, 'is a time of day such as 04:00'),
  /** The broker as the shop reaches it; null: as its admin does. */
  brokerUrl: z
    .url({ protocol: /^mqtts$/, error: 'is an mqtts:// address: a shop joins over TLS only' })
    .max(500)
    .refine(
      (text) => !URL.canParse(text) || new URL(text).username === '',
      'holds no account: the join file does',
    )
    .nullable()
    .default(null),
  hours: z.int().min(1).max(720).default(72),
  /** Also when the shop has a machine already: that one is shut out. */
  again: z.boolean().default(false),
});

const noBrokerAdmin = (): Problem =>
  new Problem(
    409,
    'no-broker-admin',
    'this Head Office may not change accounts at the broker: MQTT_ADMIN is not set where it runs',
  );

/** A credential as screens show it; never what is sealed in it. */
const credentialView = (one: Credential, rotateAfterMs: number): object => {
  const { generation, user, origin, state, requestedBy, createdAtMs, droppedAtBroker } = one;
  const { certificateUntilMs } = one;
  return {
    generation,
    user,
    origin,
    state,
    requestedBy,
    createdAtMs,
    droppedAtBroker,
    certificateUntilMs,
    dueAtMs: state === 'in-use' ? createdAtMs + rotateAfterMs : null,
  };
};

/** How shops come, change their credentials and go, and by which keys Head Office speaks. */
export function registerProvisioningRoutes(api: HeadOfficeApi, deps: ProvisioningRouteDeps): void {
  registerAccess(api, deps);
  registerStoreChanges(api, deps);
  api.change({
    method: 'POST',
    path: '/api/fleet/signing-key/rotate',
    action: 'rotate-signing-key',
    summary:
      'begin to sign by a second key, or end the first once every shop believes the second; may be asked again',
    role: 'manage-fleet',
    handle: async ({ caller }) => {
      const { db, clock, ids, stateFolder: folder } = deps;
      const rotation = await rotateSigningKey({ db, clock, ids, folder, by: caller.name });
      return { answer: rotation, subject: 'signing key', after: rotation };
    },
  });
}

function registerAccess({ read }: HeadOfficeApi, deps: ProvisioningRouteDeps): void {
  const { db, stateFolder, rotateAfterMs, certificates, brokerOffice } = deps;
  read({
    path: '/api/fleet/access',
    summary: 'what lets shops in, which keys sign what they are told, and what runs out when',
    role: 'view',
    handle: async () => {
      const [credentials, signing, ends] = await Promise.all([
        liveCredentials(db),
        readSigningKeys(db, stateFolder),
        certificates(),
      ]);
      return {
        /** Null: nobody is provisioned from here. */
        brokerUrl: brokerOffice?.broker.url ?? null,
        rotateAfterDays: Math.round(rotateAfterMs / DAY_MS),
        credentials: credentials.map((one) => ({
          store: one.store,
          ...credentialView(one, rotateAfterMs),
        })),
        signing,
        certificates: ends.toSorted((a, b) => a.endsAtMs - b.endsAtMs),
      };
    },
  });
  read({
    path: '/api/fleet/stores/:store/credentials',
    summary: 'every credential a shop ever had, the last first',
    role: 'view',
    params: byStore,
    handle: async ({ params: { store } }) => ({
      credentials: (await credentialsOfStore(db, store))
        .toReversed()
        .map((one) => credentialView(one, rotateAfterMs)),
    }),
  });
}

function registerStoreChanges({ change }: HeadOfficeApi, deps: ProvisioningRouteDeps): void {
  const { stateDir, clock, rotateAfterMs } = deps;
  const office = (): BrokerOffice => {
    if (deps.brokerOffice === null) throw noBrokerAdmin();
    return deps.brokerOffice;
  };
  change({
    method: 'POST',
    path: '/api/fleet/stores/:store/provision',
    action: 'provision-store',
    summary: 'make a shop one of the chain’s: its account, a join file and its one-time code',
    role: 'manage-fleet',
    status: 201,
    params: byStore,
    body: joinBody,
    problems: { 409: ['no-broker-admin', 'provisioned-already', 'no-tls'], 502: ['broker-away'] },
    handle: async ({ params: { store }, body, caller, reply }) => {
      const { rotation, broker } = office();
      const url = body.brokerUrl ?? broker.url;
      if (!url.startsWith('mqtts://')) {
        throw new Problem(409, 'no-tls', 'a shop joins over TLS only: name an mqtts:// address');
      }
      const { name, timeZone, rollover, hours, again } = body;
      const expiresAtMs = clock.nowMs() + hours * HOUR_MS;
      const made = await provisionStoreByFile(rotation, {
        store,
        name,
        day: { timeZone, rollover },
        broker: { ...broker, url },
        signingKeys: stateDir.keys(),
        lifeMs: hours * HOUR_MS,
        again,
        by: caller.name,
      });
      // Neither is kept anywhere: whoever asked is the only one to be told.
      reply.header('cache-control', 'no-store');
      return {
        answer: { store, fileName: `${store}.join.json`, expiresAtMs, ...made },
        subject: store,
        after: { name, timeZone, rollover, url, hours, again },
      };
    },
  });
  change({
    method: 'POST',
    path: '/api/fleet/stores/:store/rotate',
    action: 'rotate-credential',
    summary: 'offer a shop a new credential; the old one goes once the new one is proven in use',
    role: 'manage-fleet',
    params: byStore,
    problems: {
      404: ['unknown-store'],
      409: ['no-broker-admin', 'no-store-key', 'revoked'],
      502: ['broker-away'],
    },
    handle: async ({ params: { store }, caller }) => {
      const offered = await createRotations(office().rotation).rotate(store, caller.name);
      const answer = credentialView(offered, rotateAfterMs);
      return { answer, subject: store, after: { user: offered.user } };
    },
  });
  change({
    method: 'POST',
    path: '/api/fleet/stores/:store/revoke',
    action: 'revoke-store',
    summary: 'end a shop: its session is cut at once, it is told nothing any more',
    role: 'manage-fleet',
    params: byStore,
    body: z.object({ note }),
    problems: {
      404: ['unknown-store'],
      409: ['no-broker-admin', 'revoked'],
      502: ['broker-away'],
    },
    handle: async ({ params: { store }, body, caller }) => {
      await revokeStoreNow(office().rotation, store, caller.name);
      return { answer: {}, subject: store, after: { note: body.note } };
    },
  });
}
