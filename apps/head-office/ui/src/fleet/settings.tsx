import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { momentText } from '../format.ts';
import { useLoad } from '../load.ts';
import { ChooseAll, ChooseOne } from '../parts/choose.tsx';
import { Empty, Input, TableScroll, Told, Trouble } from '../parts/parts.tsx';
import { may } from '../session.ts';
import type { Shop } from '../shops.ts';
import { SettingFields } from './setting-fields.tsx';
import {
  fieldTitle,
  NO_CHANGES,
  type Patch,
  patchOf,
  type SettingChanges,
  SHORT_TITLES,
  valueText,
} from './settings-model.ts';

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Held {
  readonly store: string;
  readonly version: number;
  readonly config: Sections;
}

interface Preview {
  readonly store: string;
  readonly changed: readonly string[];
  readonly before: Sections;
  readonly after: Sections;
}

const fieldOf = (config: Sections, path: string): unknown => {
  const [section = '', field = ''] = path.split('.');
  return config[section]?.[field];
};

/** How the shops work beside their menu: what each has, and changing it for those chosen. */
export function Settings({ shops }: { readonly shops: readonly Shop[] }) {
  const found = useLoad<{ readonly configs: readonly Held[] }>('/api/configs');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  if (found.value === null) return <Trouble trouble={found.trouble} onRetry={found.reload} />;
  const { configs } = found.value;
  if (configs.length === 0) {
    return <Empty title="No shops yet">Provisioned shops have settings.</Empty>;
  }
  const told = new Map(shops.map(({ store, heartbeat }) => [store, heartbeat?.configVersion]));
  return (
    <>
      <Trouble trouble={found.trouble} onRetry={found.reload} />
      <TableScroll label="Settings of the shops">
        <table class="table dense">
          <thead>
            <tr>
              <th scope="col">
                <ChooseAll
                  stores={configs.map(({ store }) => store)}
                  chosen={chosen}
                  onChoose={setChosen}
                />
              </th>
              <th scope="col">Shop</th>
              {Object.entries(SHORT_TITLES).map(([name, title]) => (
                <th key={name} scope="col">
                  {title}
                </th>
              ))}
              <th scope="col">Channels off</th>
              <th scope="col">Day</th>
              <th scope="col">Given</th>
            </tr>
          </thead>
          <tbody>
            {configs.map(({ store, config, version }) => (
              <tr key={store}>
                <td>
                  <ChooseOne store={store} chosen={chosen} onChoose={setChosen} />
                </td>
                <th scope="row">
                  <a href={`#/shops/${store}`}>{store}</a>
                </th>
                {Object.keys(SHORT_TITLES).map((name) =>
                  fieldOf(config, name) === true ? (
                    <td key={name} class="strong better">
                      on
                    </td>
                  ) : (
                    <td key={name} class="soft">
                      off
                    </td>
                  ),
                )}
                <td class="small">{valueText('', fieldOf(config, 'pricing.channels_off'))}</td>
                <td class="small nowrap">
                  {valueText('', fieldOf(config, 'day.rollover'))}
                  <br />
                  <span class="soft">{valueText('', fieldOf(config, 'day.time_zone'))}</span>
                </td>
                <td class="small nowrap">
                  {version === 0
                    ? 'as delivered'
                    : `${momentText(version * 1000)}${told.get(store) === version ? '' : ', on its way'}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
      {may('operate') ? (
        <ChangeForm stores={[...chosen].toSorted()} onChanged={found.reload} />
      ) : null}
    </>
  );
}

interface FormProps {
  readonly stores: readonly string[];
  readonly onChanged: () => void;
}

/** Changes of any settings, previewed shop by shop before they are made. */
function ChangeForm({ stores, onChanged }: FormProps) {
  const [changes, setChanges] = useState<SettingChanges>(NO_CHANGES);
  const [previews, setPreviews] = useState<readonly Preview[] | null>(null);
  const [note, setNote] = useState('');
  const [told, setTold] = useState<string | null>(null);
  const patch: Patch = patchOf(changes);
  const isIdle = stores.length === 0 || Object.keys(patch).length === 0;
  const ask = async (path: string, extra: object): Promise<readonly Preview[] | null> => {
    const body = { stores, patch, ...extra };
    const answer = await post<{ readonly stores: readonly Preview[] }>(path, body);
    setTold(answer.ok ? null : problemText(answer.problem));
    return answer.ok ? answer.value.stores : null;
  };
  const change = async (): Promise<void> => {
    const done = await ask('/api/configs', { note });
    if (done === null) return;
    const changed = done.filter((one) => one.changed.length > 0).length;
    setPreviews(null);
    setChanges(NO_CHANGES);
    setNote('');
    setTold(
      `${changed} ${changed === 1 ? 'shop is' : 'shops are'} told; each shows so once it has it.`,
    );
    onChanged();
  };
  return (
    <form
      class="card stack"
      aria-label="Change settings"
      onSubmit={(event) => {
        event.preventDefault();
        void ask('/api/configs/preview', {}).then(setPreviews);
      }}
    >
      <div>
        <h2>Change settings</h2>
        <p class="small soft">
          {stores.length === 0
            ? 'Choose shops above.'
            : `Of ${stores.join(', ')}. What you leave as it is, each shop keeps as it has it.`}
        </p>
      </div>
      <SettingFields
        changes={changes}
        onChange={(next) => {
          setChanges(next);
          setPreviews(null);
        }}
      />
      <Told text={told} />
      {previews === null ? (
        <div>
          <button type="submit" class="button primary" disabled={isIdle}>
            Preview
          </button>
        </div>
      ) : (
        <>
          <Previews previews={previews} />
          <div class="filters">
            <div class="grow">
              <Input label="Why" value={note} onChange={setNote} />
            </div>
            <button
              type="button"
              class="button primary"
              disabled={note.trim() === '' || previews.every((one) => one.changed.length === 0)}
              onClick={() => void change()}
            >
              Change it
            </button>
            <button type="button" class="button" onClick={() => setPreviews(null)}>
              Back
            </button>
          </div>
        </>
      )}
    </form>
  );
}

const Previews = ({ previews }: { readonly previews: readonly Preview[] }) => (
  <TableScroll label="What each shop will get">
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Shop</th>
          <th scope="col">What it will get</th>
        </tr>
      </thead>
      <tbody>
        {previews.map(({ store, changed, before, after }) => (
          <tr key={store}>
            <th scope="row">{store}</th>
            <td>
              {changed.length === 0 ? (
                <span class="soft">nothing: it has it so already</span>
              ) : (
                <ul>
                  {changed.map((field) => (
                    <li key={field}>
                      {fieldTitle(field)}: {valueText(field, fieldOf(before, field))} →{' '}
                      <strong>{valueText(field, fieldOf(after, field))}</strong>
                    </li>
                  ))}
                </ul>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </TableScroll>
);
