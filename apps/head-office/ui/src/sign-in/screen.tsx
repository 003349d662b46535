import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { Input } from '../parts/parts.tsx';
import { type Identity, welcome } from '../session.ts';

export function SignIn() {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [trouble, setTrouble] = useState('');
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const answer = await post<Identity>('/api/login', { user, password });
    setBusy(false);
    if (answer.ok) return welcome(answer.value);
    setPassword('');
    const wait = answer.problem?.retryAfterS;
    setTrouble(problemText(answer.problem) + (wait === undefined ? '' : ` (${wait} s)`));
  };
  return (
    <main class="sign-in">
      <form class="sign-in-card" onSubmit={(event) => void submit(event)}>
        <div class="sign-in-mark">
          <img src="/icon.svg" width="44" height="44" alt="" />
          <div>
            <h1>Tillwire</h1>
            <p class="soft">Head Office</p>
          </div>
        </div>
        <Input
          label="User"
          value={user}
          onChange={setUser}
          autoComplete="username"
          required
          autoFocus
        />
        <Input
          label="Password"
          isSecret
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          required
        />
        <p class="sign-in-trouble" role="alert">
          {trouble === '' ? null : <span class="trouble">{trouble}</span>}
        </p>
        <button type="submit" class="button primary" disabled={isBusy}>
          {isBusy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}
