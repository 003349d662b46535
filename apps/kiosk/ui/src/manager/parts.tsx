import type { ComponentChildren } from 'preact';

/** What went wrong, where there is something. */
export const Trouble = ({ text }: { readonly text: string }) =>
  text === '' ? null : (
    <p class="trouble told" role="alert">
      {text}
    </p>
  );

/** A page that has not come yet; its place is kept. */
export const Waiting = () => <p class="soft">One moment…</p>;

export const Facts = ({
  facts,
}: {
  readonly facts: readonly (readonly [string, ComponentChildren])[];
}) => (
  <dl class="facts">
    {facts.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);
