import { useSignal } from '@preact/signals';
import { post, type Problem, problemText } from '../api.ts';
import { listenAnew } from '../live.ts';
import { goOnUnknown } from '../token.ts';
import { me, refreshMe, signIn } from './me.ts';
import { PinPad } from './pin-pad.tsx';
import './access.css';

/** Shown where the kiosk asks who this is. */
export function SignIn() {
  const who = me.value;
  if (who === null) return null;
  return (
    <div class="sign-in">
      {who.needsSetUp ? <FirstManager /> : <AskPin />}
      {who.open ? (
        <button type="button" class="key quiet" onClick={goOnUnknown}>
          Back to the till
        </button>
      ) : null}
    </div>
  );
}

function AskPin() {
  const told = useSignal<{ readonly problem: Problem | null } | null>(null);
  return (
    <>
      <h1>{me.value?.shop || me.value?.store}</h1>
      <p class="soft">Sign in with your PIN. What was rung up is kept.</p>
      <PinPad
        label="PIN"
        action="Sign in"
        told={told.value}
        onPin={async (pin) => {
          const answer = await signIn(pin);
          told.value = answer.ok ? null : { problem: answer.problem };
        }}
      />
    </>
  );
}

/** Makes the manager who lets everybody else in. */
function FirstManager() {
  const trouble = useSignal('');
  const send = async (form: HTMLFormElement): Promise<void> => {
    const data = new FormData(form);
    const [proof, name, pin, again] = ['proof', 'name', 'pin', 'again'].map((field) =>
      (data.get(field) as string).trim(),
    ) as [string, string, string, string];
    if (pin !== again) {
      trouble.value = 'The two PINs are not the same';
      return;
    }
    const by: Readonly<Record<string, string>> = /^\d{8}$/.test(proof)
      ? { 'x-pin': proof }
      : { authorization: `Bearer ${proof}` };
    const answer = await post('/api/crew', { name, role: 'manager', pin }, by);
    trouble.value = answer.ok ? '' : problemText(answer.problem);
    if (!answer.ok) return;
    const signed = await signIn(pin);
    if (!signed.ok) trouble.value = problemText(signed.problem);
    await refreshMe();
    listenAnew();
  };
  return (
    <>
      <h1>Who is this?</h1>
      <p class="soft">
        Nobody can sign in here yet. The set-up PIN of this kiosk makes the first manager, who lets
        everybody else in.
      </p>
      <form
        class="first-manager"
        onSubmit={(event) => {
          event.preventDefault();
          void send(event.currentTarget);
        }}
      >
        <label class="wide">
          <span class="small soft">Set-up PIN or token</span>
          <input class="field" name="proof" type="password" autoComplete="off" required />
        </label>
        <label class="wide">
          <span class="small soft">Name</span>
          <input class="field" name="name" autoComplete="off" required maxLength={60} />
        </label>
        {['pin', 'again'].map((name) => (
          <label key={name}>
            <span class="small soft">{name === 'pin' ? 'PIN, 4 to 8 digits' : 'PIN again'}</span>
            <input
              class="field"
              name={name}
              type="password"
              inputMode="numeric"
              autoComplete="off"
              pattern="\d{4,8}"
              required
            />
          </label>
        ))}
        <p class={`trouble wide${trouble.value === '' ? '' : ' told'}`} role="alert">
          {trouble.value}
        </p>
        <button type="submit" class="key primary wide">
          Make the first manager
        </button>
      </form>
    </>
  );
}
