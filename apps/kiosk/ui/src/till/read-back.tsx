import { computed, signal } from '@preact/signals';
import { readback } from '@tillwire/domain';
import { index } from '../kiosk.ts';
import { lines } from './basket.ts';
import { tendering } from './sale.ts';

const asked = signal(false);

/** Whether the order is shown as it is read back to the customer, which is done while it is paid. */
export const readingBack = computed(() => asked.value && tendering.value !== null);

const SECTIONS = ['Food', 'Sides', 'Drinks'] as const;

/** The key that shows the order in three sections, in the place of keys that do nothing while it is paid. */
export const ReadBackKey = () => (
  <button
    type="button"
    class="key quiet read-back-key"
    aria-pressed={readingBack.value}
    onClick={() => {
      asked.value = !asked.value;
    }}
  >
    Read back
  </button>
);

/** The order by section, meals before singles, as it is read out. */
export function ReadBack() {
  const of = index.value;
  if (of === null) return null;
  const priced = lines.value.flatMap((line) => (line.priced === null ? [] : [line.priced]));
  const sections = readback(priced, of);
  return (
    <div class="read-back" role="region" aria-label="Read back" tabIndex={0}>
      {sections.map((items, section) =>
        items.length === 0 ? null : (
          <section key={section} aria-labelledby={`read-${section}`}>
            <h2 id={`read-${section}`} class="small soft">
              {SECTIONS[section]}
            </h2>
            <ul>
              {items.map(({ name, quantity, isMeal, details }, at) => (
                <li key={at}>
                  <strong>
                    {quantity} {name}
                  </strong>
                  {isMeal ? <span class="soft small"> meal</span> : null}
                  {details.length === 0 ? null : (
                    <span class="read-back-details small">{details.join(', ')}</span>
                  )}
                </li>
              ))}
            </ul>
          </section>
        ),
      )}
    </div>
  );
}
