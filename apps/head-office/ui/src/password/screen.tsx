import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { Input, PageHead, Told } from '../parts/parts.tsx';
import { identity } from '../session.ts';

const MIN_PASSWORD = 12;
const NOTHING = { current: '', next: '', again: '' } as const;

/** One's own password: whoever changes it stays signed in here, and nowhere else. */
export function PasswordScreen() {
  const [typed, setTyped] = useState<Readonly<Record<keyof typeof NOTHING, string>>>(NOTHING);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const set = (field: keyof typeof NOTHING) => (value: string) =>
    setTyped({ ...typed, [field]: value });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTold(null);
    if (typed.next !== typed.again) return setTrouble('The new password is not the same twice.');
    setBusy(true);
    const { current, next } = typed;
    const answer = await post('/api/me/password', { current, next });
    setBusy(false);
    setTrouble(answer.ok ? null : problemText(answer.problem));
    if (!answer.ok) return;
    setTyped(NOTHING);
    setTold('Your password is changed. Everywhere else you are signed out.');
  };
  return (
    <div class="stack">
      <PageHead
        title="Your password"
        lead={`${identity.value?.fullName ?? ''}, signed in as ${identity.value?.name ?? ''}`}
      />
      <Told text={told} />
      <form class="card stack narrow" onSubmit={(event) => void submit(event)}>
        <Input
          label="Current password"
          isSecret
          value={typed.current}
          onChange={set('current')}
          required
          autoComplete="current-password"
        />
        <Input
          label={`New password, at least ${MIN_PASSWORD} characters`}
          isSecret
          value={typed.next}
          onChange={set('next')}
          required
          minLength={MIN_PASSWORD}
          autoComplete="new-password"
        />
        <Input
          label="New password again"
          isSecret
          value={typed.again}
          onChange={set('again')}
          required
          autoComplete="new-password"
        />
        <div role="alert">{trouble === null ? null : <p class="trouble">{trouble}</p>}</div>
        <div class="row">
          <button type="submit" class="button primary" disabled={isBusy}>
            Change password
          </button>
        </div>
      </form>
    </div>
  );
}
