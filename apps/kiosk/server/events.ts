/** What the screens of a shop are told of as it happens; each then fetches what it shows. */
export type KioskEvent =
  | { readonly type: 'order'; readonly globalOrderId: string; readonly revision: number }
  | { readonly type: 'kitchen'; readonly globalOrderId: string; readonly status: string }
  | { readonly type: 'catalogue'; readonly catalogVersion: number }
  | { readonly type: 'sync'; readonly unsent: number; readonly link: 'up' | 'down' }
  | { readonly type: 'day'; readonly businessDate: string }
  | { readonly type: 'printer'; readonly printer: string; readonly state: string }
  /** The customer display follows a till's basket. */
  | { readonly type: 'basket'; readonly till: string; readonly basket: unknown };

export interface EventBus {
  readonly publish: (event: KioskEvent) => void;
  /** Returns what takes the listener off again. */
  readonly subscribe: (listener: (event: KioskEvent) => void) => () => void;
}

export function createEventBus(): EventBus {
  const listeners = new Set<(event: KioskEvent) => void>();
  return {
    publish: (event) => {
      for (const listener of listeners) listener(event);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
