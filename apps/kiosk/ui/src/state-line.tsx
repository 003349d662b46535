import { count, dateText, duration } from './format.ts';
import { businessDate, menu, printersDown, reachable, sync } from './kiosk.ts';
import { live } from './live.ts';
import { signedOut } from './token.ts';

/** One slim line that says how things stand; it never covers anything and never changes its height. */
export function StateLine() {
  const state = sync.value;
  if (live.value !== 'connecting' && !reachable.value) {
    return (
      <div class="state state-down" role="status">
        <span class="dot" aria-hidden="true">
          ▲
        </span>
        <span>
          <strong>Kiosk not answering.</strong> Everything here is kept; trying again…
        </span>
      </div>
    );
  }
  const online = state?.link === 'up';
  return (
    <div class="state" role="status">
      <span class={online || state === null ? 'state-item' : 'state-item offline'}>
        <span class="dot" aria-hidden="true">
          {state === null ? '' : online ? '●' : '○'}
        </span>{' '}
        {state === null
          ? signedOut.value
            ? ''
            : 'Asking…'
          : online
            ? 'Online'
            : 'Offline: selling on'}
      </span>
      <span class="state-item">
        {state === null
          ? ''
          : state.unsent.count === 0
            ? 'All sent'
            : `${count(state.unsent.count)} unsent${
                state.unsent.oldestAgeS === null
                  ? ''
                  : `, oldest ${duration(state.unsent.oldestAgeS)}`
              }`}
      </span>
      {printersDown.value.map(({ name, waiting }) => (
        <span key={name} class="state-item offline">
          <span aria-hidden="true">⎙</span> Printer {name} down: {count(waiting)} waiting
        </span>
      ))}
      <span class="state-item">
        {menu.value === null ? '' : `Menu ${menu.value.catalogVersion}`}
      </span>
      <span class="state-item">
        {businessDate.value === null ? '' : dateText(businessDate.value)}
      </span>
    </div>
  );
}
