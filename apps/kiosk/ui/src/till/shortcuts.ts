import { basket, held, holdBasket, recallBasket, selectedKey, setQuantity } from './basket.ts';
import { closeTender, openTender, tendering } from './sale.ts';

const byId = (id: string): HTMLElement | null => document.getElementById(id);

/** Function keys only, since letters and digits belong to what is typed (WCAG 2.1.4). */
const COMMANDS: Readonly<Record<string, () => void>> = {
  F2: () => byId('code')?.focus(),
  F3: () => document.querySelector<HTMLElement>('.options-body button:not(:disabled)')?.focus(),
  F4: () => {
    if (tendering.value === null) holdBasket();
  },
  F6: () => {
    if (tendering.value === null && held.value.length > 0) recallBasket(0);
  },
  F8: () => addToLast(1),
  F7: () => addToLast(-1),
  F9: openTender,
  Escape: () => {
    closeTender();
    selectedKey.value = null;
    byId('code')?.focus();
  },
};

/** One more or less of the line in hand, or of the one rung up last. */
function addToLast(by: number): void {
  if (tendering.value !== null) return;
  const { lines } = basket.value;
  const line = lines.find(({ key }) => key === selectedKey.value) ?? lines.at(-1);
  if (line !== undefined) setQuantity(line.key, line.request.quantity + by);
}

/** The till's keyboard: commands, and digits typed outside a field are a code or an amount. */
export function actOnKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const command = COMMANDS[event.key];
  if (command !== undefined) {
    event.preventDefault();
    command();
    return;
  }
  const isTyping = document.activeElement instanceof HTMLInputElement;
  if (isTyping || !/^\d$/.test(event.key)) return;
  byId(tendering.value === null ? 'code' : 'amount')?.focus();
}
