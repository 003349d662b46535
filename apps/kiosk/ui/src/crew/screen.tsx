import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Answer, get, post, problemText, put } from '../api.ts';
import './crew.css';

interface Member {
  readonly crewId: string;
  readonly name: string;
  readonly role: 'crew' | 'shift-manager' | 'manager';
  readonly hasPin: boolean;
  readonly active: boolean;
}

const ROLES: Readonly<Record<Member['role'], string>> = {
  crew: 'Crew',
  'shift-manager': 'Shift manager',
  manager: 'Manager',
};

const crew = signal<readonly Member[] | null>(null);
const trouble = signal('');

async function load(): Promise<void> {
  const answer = await get<{ readonly crew: readonly Member[] }>('/api/crew');
  trouble.value = answer.ok ? '' : problemText(answer.problem);
  if (answer.ok) crew.value = answer.value.crew;
}

/** Whether it was done; what the kiosk has against it is said. */
async function done(asked: Promise<Answer<unknown>>): Promise<boolean> {
  const answer = await asked;
  if (answer.ok) await load();
  else trouble.value = problemText(answer.problem);
  return answer.ok;
}

/** Who works here, what they may do, and their PINs. */
export function CrewScreen() {
  /** The id of whoever is being changed; empty: somebody new. */
  const edited = useSignal<string | null>(null);
  useEffect(() => void load(), []);
  const members = crew.value ?? [];
  const here = members.filter(({ active }) => active);
  const gone = members.filter(({ active }) => !active);
  const member = members.find(({ crewId }) => crewId === edited.value);
  return (
    <div class="crew-page">
      <header class="crew-head">
        <h1>Crew</h1>
        <button
          type="button"
          class="key primary"
          onClick={() => {
            edited.value = '';
          }}
        >
          Take somebody on
        </button>
      </header>
      <p class={`trouble${trouble.value === '' ? '' : ' told'}`} role="alert">
        {trouble.value}
      </p>
      {edited.value === null ? null : (
        <MemberForm
          key={edited.value}
          member={member ?? null}
          close={() => {
            edited.value = null;
            trouble.value = '';
          }}
        />
      )}
      <Members
        members={here}
        edit={(crewId) => {
          edited.value = crewId;
        }}
      />
      {gone.length === 0 ? null : (
        <section aria-labelledby="gone">
          <h2 id="gone">Left</h2>
          <ul class="crew-gone">
            {gone.map(({ crewId, name }) => (
              <li key={crewId}>
                <span>
                  {name} <span class="soft small">{crewId}</span>
                </span>
                <button
                  type="button"
                  class="key quiet"
                  onClick={() => void done(put(`/api/crew/${crewId}`, { active: true }))}
                >
                  Take {name} back
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

const Members = ({
  members,
  edit,
}: {
  readonly members: readonly Member[];
  readonly edit: (crewId: string) => void;
}) => (
  <table class="crew-table">
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">Role</th>
        <th scope="col">PIN</th>
        <th scope="col">
          <span class="visually-hidden">Change</span>
        </th>
      </tr>
    </thead>
    <tbody>
      {members.map(({ crewId, name, role, hasPin }) => (
        <tr key={crewId}>
          <th scope="row">
            {name} <span class="crew-id soft small">Crew id {crewId}</span>
          </th>
          <td>{ROLES[role]}</td>
          <td>{hasPin ? 'Set' : <span class="soft">None</span>}</td>
          <td>
            <button type="button" class="key quiet" onClick={() => edit(crewId)}>
              Change <span class="visually-hidden">{name}</span>
            </button>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

/** Takes somebody on, or changes them. */
function MemberForm({
  member,
  close,
}: {
  readonly member: Member | null;
  readonly close: () => void;
}) {
  const send = async (form: HTMLFormElement): Promise<void> => {
    const data = new FormData(form);
    const pin = data.get('pin') as string;
    const body = {
      name: data.get('name'),
      role: data.get('role'),
      ...(pin === '' ? {} : { pin }),
    };
    const asked =
      member === null ? post('/api/crew', body) : put(`/api/crew/${member.crewId}`, body);
    if (await done(asked)) close();
  };
  return (
    <form
      class="card crew-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send(event.currentTarget);
      }}
    >
      <label>
        <span class="small soft">Name</span>
        <input
          class="field"
          name="name"
          required
          maxLength={60}
          autoComplete="off"
          autoFocus
          defaultValue={member?.name ?? ''}
        />
      </label>
      <label>
        <span class="small soft">Role</span>
        <select class="field" name="role" defaultValue={member?.role ?? 'crew'}>
          {Object.entries(ROLES).map(([role, title]) => (
            <option key={role} value={role} selected={role === (member?.role ?? 'crew')}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="small soft">
          {member?.hasPin === true ? 'New PIN, or leave it as it is' : 'PIN, 4 to 8 digits'}
        </span>
        <input
          class="field"
          name="pin"
          type="password"
          inputMode="numeric"
          pattern="\d{4,8}"
          autoComplete="new-password"
        />
      </label>
      <div class="crew-keys">
        <button type="submit" class="key primary">
          Save
        </button>
        <button type="button" class="key" onClick={close}>
          Cancel
        </button>
        {member === null ? null : (
          <button
            type="button"
            class="key danger"
            onClick={() =>
              void done(put(`/api/crew/${member.crewId}`, { active: false })).then((ok) => {
                if (ok) close();
              })
            }
          >
            {member.name} has left
          </button>
        )}
      </div>
    </form>
  );
}
