import { useLoad } from '../load.ts';
import type { Overview } from '../shops.ts';
import { Select } from './parts.tsx';

/** One of the shops, or all of them: ''. */
export const ShopSelect = ({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (store: string) => void;
}) => {
  const stores = useLoad<Overview>('/api/stores').value?.stores ?? [];
  return (
    <Select
      label="Shop"
      value={value}
      onChange={onChange}
      options={[
        { value: '', label: 'All shops' },
        ...stores.map(({ store, name }) => ({ value: store, label: `${store} ${name}` })),
      ]}
    />
  );
};
