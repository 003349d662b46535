import { useLoad } from '../load.ts';
import type { CatalogueNow, Menu } from '../catalogue/model.ts';
import { Input, Select } from '../parts/parts.tsx';
import { toggled } from '../parts/choice.ts';
import { type SettingChanges, type SwitchName, SWITCHES } from './settings-model.ts';

interface Props {
  readonly changes: SettingChanges;
  readonly onChange: (changes: SettingChanges) => void;
}

const SWITCH_OPTIONS = [
  { value: '', label: 'As it is' },
  { value: 'on', label: 'On' },
  { value: 'off', label: 'Off' },
];
const ZONES = ['prep', 'drinks', 'fryer'] as const;
const NO_LIMITS = { prep: '', drinks: '', fryer: '' } as const;

/** A field for each setting; empty leaves it as it is. */
export function SettingFields({ changes, onChange }: Props) {
  const set = (part: Partial<SettingChanges>): void => onChange({ ...changes, ...part });
  return (
    <div class="settings">
      {(Object.entries(SWITCHES) as [SwitchName, string][]).map(([name, title]) => (
        <Select
          key={name}
          label={title}
          value={switchText(changes.switches[name])}
          onChange={(value) => {
            const { [name]: _, ...rest } = changes.switches;
            set({ switches: value === '' ? rest : { ...rest, [name]: value === 'on' } });
          }}
          options={SWITCH_OPTIONS}
        />
      ))}
      <Input
        label="The day begins at"
        value={changes.rollover}
        placeholder="as it is"
        onChange={(rollover) => set({ rollover })}
      />
      <Input
        label="Time zone"
        value={changes.timeZone}
        placeholder="as it is"
        onChange={(timeZone) => set({ timeZone })}
      />
      <Input
        label="Catch-up, events a second"
        value={changes.rate}
        placeholder="as it is; none: no limit"
        onChange={(rate) => set({ rate })}
      />
      <KitchenFields changes={changes} onChange={onChange} />
      <ChannelFields changes={changes} onChange={onChange} />
    </div>
  );
}

const switchText = (value: boolean | undefined): string =>
  value === undefined ? '' : value ? 'on' : 'off';

const AS_IT_IS = { value: '', label: 'As it is' };

function KitchenFields({ changes, onChange }: Props) {
  const { kitchen } = changes;
  return (
    <>
      <Select
        label="Kitchen load that warns"
        value={kitchen === null ? '' : 'set'}
        onChange={(value) => onChange({ ...changes, kitchen: value === '' ? null : NO_LIMITS })}
        options={[AS_IT_IS, { value: 'set', label: 'Set it' }]}
      />
      {kitchen === null ? null : (
        <fieldset class="prices wide">
          <legend>Items at once, by zone; empty: no limit</legend>
          {ZONES.map((zone) => (
            <Input
              key={zone}
              label={zone}
              value={kitchen[zone]}
              onChange={(text) => onChange({ ...changes, kitchen: { ...kitchen, [zone]: text } })}
            />
          ))}
        </fieldset>
      )}
    </>
  );
}

/** Channels by the newest menu: which sell, and by which band. */
function ChannelFields({ changes, onChange }: Props) {
  const releases = useLoad<CatalogueNow>('/api/catalogue').value?.releases ?? [];
  const newest = releases[0]?.releaseId;
  const menu = useLoad<Menu>(
    newest === undefined ? null : `/api/catalogue/releases/${newest}/menu?target=base`,
  );
  const channels = (menu.value?.['channels'] ?? []).map(({ code, name }) => ({
    code: String(code),
    name: String(name),
  }));
  const { channelsOff, bands } = changes;
  if (channels.length === 0) return null;
  return (
    <>
      <Select
        label="Channels switched off"
        value={channelsOff === null ? '' : 'set'}
        onChange={(value) => onChange({ ...changes, channelsOff: value === '' ? null : [] })}
        options={[AS_IT_IS, { value: 'set', label: 'Exactly these' }]}
      />
      <Select
        label="Price band by channel"
        value={bands === null ? '' : 'set'}
        onChange={(value) => onChange({ ...changes, bands: value === '' ? null : {} })}
        options={[AS_IT_IS, { value: 'set', label: 'Exactly these' }]}
      />
      {channelsOff === null ? null : (
        <fieldset class="checks wide channel-checks">
          <legend>Switched off</legend>
          {channels.map(({ code, name }) => (
            <label key={code} class="check">
              <input
                type="checkbox"
                checked={channelsOff.includes(code)}
                onChange={() =>
                  onChange({
                    ...changes,
                    channelsOff: [...toggled(new Set(channelsOff), code)].toSorted(),
                  })
                }
              />
              {code} {name}
            </label>
          ))}
        </fieldset>
      )}
      {bands === null ? null : (
        <fieldset class="prices wide">
          <legend>Band, where it is not the channel's own</legend>
          {channels.map(({ code, name }) => (
            <Select
              key={code}
              label={`${code} ${name}`}
              value={String(bands[code] ?? '')}
              onChange={(value) => {
                const { [code]: _, ...rest } = bands;
                onChange({
                  ...changes,
                  bands: value === '' ? rest : { ...rest, [code]: Number(value) },
                });
              }}
              options={[
                { value: '', label: 'Its own' },
                ...[1, 2, 3, 4, 5, 6].map((band) => ({
                  value: String(band),
                  label: `Band ${band}`,
                })),
              ]}
            />
          ))}
        </fieldset>
      )}
    </>
  );
}
