import './people.css';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { post, problemText, put } from '../api.ts';
import { dateText, words } from '../format.ts';
import { useLoad } from '../load.ts';
import { useFirstField } from '../parts/first-field.ts';
import { Badge, Input, PageHead, Select, TableScroll, Told, Trouble } from '../parts/parts.tsx';

interface Person {
  readonly name: string;
  readonly fullName: string;
  readonly role: string;
  readonly createdAt: string;
  readonly disabledAt: string | null;
}

const ROLES: Readonly<Record<string, string>> = {
  viewer: 'sees everything, changes nothing',
  ops: 'also commands shops, deals with parked messages and alerts',
  'catalogue-editor': 'also drafts and rolls out menus',
  approver: 'also approves menus others drafted, reads the audit log',
  admin: 'may do everything',
};
const ROLE_OPTIONS = Object.keys(ROLES).map((value) => ({ value, label: words(value) }));
const MIN_PASSWORD = 12;

export function PeopleScreen() {
  const found = useLoad<{ readonly users: readonly Person[] }>('/api/users');
  const [chosen, setChosen] = useState<string | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const done = (text: string): void => {
    setTold(text);
    setChosen(null);
    found.reload();
  };
  const people = found.value?.users ?? [];
  const person = people.find(({ name }) => name === chosen);
  return (
    <div class="stack">
      <PageHead title="People" lead="Who may sign in to Head Office, and what they may do">
        <button type="button" class="button primary" onClick={() => setChosen('')}>
          New user
        </button>
      </PageHead>
      <Told text={told} />
      <Trouble trouble={found.trouble} onRetry={found.reload} />
      {chosen === '' ? <NewPerson onDone={done} onCancel={() => setChosen(null)} /> : null}
      {person === undefined ? null : (
        <EditPerson
          key={person.name}
          person={person}
          onDone={done}
          onCancel={() => setChosen(null)}
        />
      )}
      {found.value === null ? null : <PeopleTable people={people} onChoose={setChosen} />}
    </div>
  );
}

const PeopleTable = ({
  people,
  onChoose,
}: {
  readonly people: readonly Person[];
  readonly onChoose: (name: string) => void;
}) => (
  <TableScroll label="Users">
    <table class="table">
      <thead>
        <tr>
          <th scope="col">User</th>
          <th scope="col">Name</th>
          <th scope="col">Role</th>
          <th scope="col">State</th>
          <th scope="col">Since</th>
          <th scope="col">
            <span class="visually-hidden">Change</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <tr key={person.name}>
            <th scope="row">{person.name}</th>
            <td>{person.fullName}</td>
            <td>
              {words(person.role)} <span class="soft small">{ROLES[person.role]}</span>
            </td>
            <td>
              {person.disabledAt === null ? (
                <Badge tone="good">May sign in</Badge>
              ) : (
                <Badge tone="quiet">Shut out</Badge>
              )}
            </td>
            <td>{dateText(person.createdAt.slice(0, 10))}</td>
            <td class="number">
              <button type="button" class="button" onClick={() => onChoose(person.name)}>
                Change<span class="visually-hidden"> {person.name}</span>
              </button>
            </td>
          </tr>
        ))}
        {people.length === 0 ? (
          <tr>
            <td colSpan={6} class="soft">
              Nobody yet: only the admin token opens Head Office.
            </td>
          </tr>
        ) : null}
      </tbody>
    </table>
  </TableScroll>
);

interface FormProps {
  readonly onDone: (text: string) => void;
  readonly onCancel: () => void;
}

function NewPerson({ onDone, onCancel }: FormProps) {
  const form = useFirstField();
  const [name, setName] = useState('');
  const [fullName, setFullName] = useState('');
  const [role, setRole] = useState('viewer');
  const [password, setPassword] = useState('');
  const [trouble, setTrouble] = useState<string | null>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const answer = await post('/api/users', { name, fullName, role, password });
    if (answer.ok) onDone(`${fullName} may sign in as ${name}.`);
    else setTrouble(problemText(answer.problem));
  };
  return (
    <form ref={form} class="card stack" onSubmit={(event) => void submit(event)}>
      <h2>New user</h2>
      <div class="people-fields">
        <Input label="User" value={name} onChange={setName} required autoComplete="off" />
        <Input label="Full name" value={fullName} onChange={setFullName} required />
        <Select label="Role" value={role} onChange={setRole} options={ROLE_OPTIONS} />
        <Input
          label={`Password, at least ${MIN_PASSWORD} characters`}
          isSecret
          value={password}
          onChange={setPassword}
          required
          minLength={MIN_PASSWORD}
          autoComplete="new-password"
        />
      </div>
      <p class="soft small">
        {words(role)}: {ROLES[role]}.
      </p>
      <FormEnd trouble={trouble} label="Create user" onCancel={onCancel} />
    </form>
  );
}

function EditPerson({ person, onDone, onCancel }: FormProps & { readonly person: Person }) {
  const form = useFirstField();
  const [fullName, setFullName] = useState(person.fullName);
  const [role, setRole] = useState(person.role);
  const [password, setPassword] = useState('');
  const [trouble, setTrouble] = useState<string | null>(null);
  const send = async (change: object, text: string): Promise<void> => {
    const answer = await put(`/api/users/${encodeURIComponent(person.name)}`, change);
    if (answer.ok) onDone(text);
    else setTrouble(problemText(answer.problem));
  };
  const save = (event: Event): void => {
    event.preventDefault();
    void send(
      { fullName, role, ...(password === '' ? {} : { password }) },
      `${person.name} is changed and has to sign in again.`,
    );
  };
  const isOut = person.disabledAt !== null;
  return (
    <form ref={form} class="card stack" onSubmit={save}>
      <h2>{person.name}</h2>
      <div class="people-fields">
        <Input label="Full name" value={fullName} onChange={setFullName} required />
        <Select label="Role" value={role} onChange={setRole} options={ROLE_OPTIONS} />
        <Input
          label="New password, or empty to keep it"
          isSecret
          value={password}
          onChange={setPassword}
          minLength={MIN_PASSWORD}
          autoComplete="new-password"
        />
      </div>
      <FormEnd trouble={trouble} label="Save" onCancel={onCancel}>
        <button
          type="button"
          class={`button ${isOut ? '' : 'danger'}`}
          onClick={() =>
            void send(
              { disabled: !isOut },
              isOut ? `${person.name} may sign in again.` : `${person.name} is shut out.`,
            )
          }
        >
          {isOut ? 'Let in again' : 'Shut out'}
        </button>
      </FormEnd>
    </form>
  );
}

const FormEnd = ({
  trouble,
  label,
  onCancel,
  children,
}: {
  readonly trouble: string | null;
  readonly label: string;
  readonly onCancel: () => void;
  readonly children?: ComponentChildren;
}) => (
  <>
    <div role="alert">{trouble === null ? null : <p class="trouble">{trouble}</p>}</div>
    <div class="row">
      <button type="submit" class="button primary">
        {label}
      </button>
      <button type="button" class="button" onClick={onCancel}>
        Cancel
      </button>
      {children}
    </div>
  </>
);
