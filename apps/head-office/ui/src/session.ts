import { computed, signal } from '@preact/signals';
import { type Answer, get, post, signedOut } from './api.ts';

/** Who is signed in, and what they may do. */
export interface Identity {
  readonly name: string;
  readonly fullName: string;
  readonly role: string;
  readonly permissions: readonly string[];
}

/** Null while nobody is, or it is not known yet. */
export const identity = signal<Identity | null>(null);

/** Whether whoever is signed in may. */
export const may = (permission: string): boolean =>
  identity.value?.permissions.includes(permission) ?? false;

export const isKnown = computed(() => identity.value !== null || signedOut.value);

export async function recognise(): Promise<void> {
  const answer = await get<Identity>('/api/me');
  if (answer.ok) welcome(answer.value);
}

export function welcome(found: Identity): void {
  identity.value = found;
  signedOut.value = false;
}

export async function signOut(): Promise<Answer<unknown>> {
  const answer = await post('/api/logout');
  if (!answer.ok) return answer;
  identity.value = null;
  signedOut.value = true;
  return answer;
}
