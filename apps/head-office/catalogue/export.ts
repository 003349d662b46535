import { fullCatalogueTopic, type SigningKey, topicOf } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import { Problem } from '@tillwire/runtime';
import { newestDeltas } from '../store/catalogue-store.ts';
import type { Database } from '../store/database.ts';
import { createWantedSet } from './wanted.ts';

/** Everything retained for a store, for a USB stick: the same bytes as over the line. */
export async function exportForStore(
  deps: { readonly db: Database; readonly keys: () => readonly SigningKey[] },
  store: StoreCode,
): Promise<{ readonly text: string; readonly messages: number }> {
  const [wanted, held] = [await createWantedSet(deps).read(), await newestDeltas(deps.db)];
  const document = held.get(store)?.document;
  if (document === undefined) {
    throw new Problem(404, 'no-catalogue', `${store} was told of no catalogue yet`);
  }
  const bases = [
    document.now.base_version,
    ...(document.next === undefined ? [] : [document.next.base_version]),
  ];
  const topics = [
    ...new Set(bases.map(fullCatalogueTopic)),
    topicOf('delta', store),
    topicOf('config', store),
  ];
  const messages = topics.flatMap((topic) => {
    const message = wanted?.get(topic);
    return message === undefined ? [] : [{ topic, payload: message.payload }];
  });
  return { text: `${JSON.stringify({ messages })}\n`, messages: messages.length };
}
