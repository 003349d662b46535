import { signal } from '@preact/signals';

/** On a narrow screen: whether the basket is shown in the place of the menu. */
export const basketShown = signal(false);
