import type { ComponentChildren } from 'preact';

/** A titled group of keys to choose from. */
export const OptionKeys = ({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}) => (
  <div class="option-group" role="group" aria-label={title}>
    <h3 class="small soft">{title}</h3>
    <div class="option-keys">{children}</div>
  </div>
);
