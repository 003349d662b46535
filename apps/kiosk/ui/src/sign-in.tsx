import { goOnUnknown, signIn } from './token.ts';

/** Shown only where the kiosk asks who this is. */
export function SignIn() {
  return (
    <form
      class="sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        const field = event.currentTarget.elements.namedItem('token') as HTMLInputElement;
        if (field.value.trim() !== '') signIn(field.value.trim());
      }}
    >
      <h1>Who is this?</h1>
      <p class="soft">The kiosk wants to know before it goes on. What was rung up is kept.</p>
      <label>
        <span class="small soft">Token</span>
        <input class="field" name="token" type="password" autoComplete="off" autoFocus />
      </label>
      <div class="sign-in-keys">
        <button type="button" class="key" onClick={goOnUnknown}>
          Back
        </button>
        <button type="submit" class="key primary">
          Sign in
        </button>
      </div>
    </form>
  );
}
