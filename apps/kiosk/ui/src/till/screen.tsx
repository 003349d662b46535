import { useEffect } from 'preact/hooks';
import { problemText } from '../api.ts';
import { menu, menuProblem, refreshMenu } from '../kiosk.ts';
import { selected } from './basket.ts';
import { BasketPanel } from './basket-panel.tsx';
import { Keys, Rail } from './menu-keys.tsx';
import { Options } from './options.tsx';
import { actOnKey } from './shortcuts.ts';
import { basketShown } from './narrow.ts';
import { NarrowBar } from './narrow-bar.tsx';
import { tendering } from './sale.ts';
import { TenderPad } from './tender-pad.tsx';
import './till.css';
import './basket.css';
import './tender.css';
// Says what is otherwise on other screens: it comes last.
import './narrow.css';

/** Where orders are taken. */
export function TillScreen() {
  useEffect(() => {
    document.addEventListener('keydown', actOnKey);
    return () => document.removeEventListener('keydown', actOnKey);
  }, []);
  if (menu.value === null) return <NoMenu />;
  const line = selected.value;
  return (
    <div class={`till${basketShown.value ? ' shows-basket' : ''}`}>
      <Rail />
      <div class="centre">
        {tendering.value === null ? (
          <>
            <Keys />
            {line === null ? null : <Options key={line.key} line={line} />}
          </>
        ) : (
          <TenderPad key={tendering.value.requestId} />
        )}
      </div>
      <BasketPanel />
      <NarrowBar />
    </div>
  );
}

/** Before the kiosk has said what it sells. */
function NoMenu() {
  const problem = menuProblem.value;
  return (
    <div class="empty">
      <h1>{problem === null ? 'Getting the menu…' : 'Nothing to sell yet'}</h1>
      <p class="soft">
        {problem === null
          ? 'The till opens as soon as the kiosk answers.'
          : `${problemText(problem)}. It arrives from Head Office by itself.`}
      </p>
      {problem === null ? null : (
        <button type="button" class="key" onClick={() => void refreshMenu()}>
          Look again
        </button>
      )}
    </div>
  );
}
