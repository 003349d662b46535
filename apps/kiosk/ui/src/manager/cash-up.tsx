import { useComputed, useSignal } from '@preact/signals';
import { DENOMINATIONS } from '@tillwire/domain';
import { useEffect } from 'preact/hooks';
import { get, post, problemText, put } from '../api.ts';
import { dateText, money, timeText } from '../format.ts';
import { onLive } from '../live.ts';
import { mintRequestId } from '../orders.ts';
import { typeDigits } from '../till/tender.ts';
import { Trouble, Waiting } from './parts.tsx';
import { Table } from './table.tsx';

interface Shift {
  readonly shiftId: string;
  readonly businessDate: string;
  readonly float: number;
  readonly openedBy: string;
  readonly openedAtMs: number;
  readonly cashUp: {
    readonly counted: number;
    readonly expected: number;
    readonly variance: number;
    readonly crewId: string;
    readonly note: string;
  } | null;
}

interface ShiftsAnswer {
  readonly current: Shift | null;
  readonly shifts: readonly Shift[];
}

/** The drawers of the trading day, and of the last one: it may be counted after its Z. */
async function readShifts(): Promise<
  { readonly shifts: readonly Shift[] } | { readonly told: string }
> {
  const days = await get<{
    readonly currentDate: string;
    readonly days: readonly { readonly date: string }[];
  }>('/api/days?limit=1');
  if (!days.ok) return { told: problemText(days.problem) };
  const dates = new Set([days.value.currentDate, ...days.value.days.map(({ date }) => date)]);
  const shifts = new Map<string, Shift>();
  for (const date of [...dates].toSorted()) {
    const answer = await get<ShiftsAnswer>(`/api/shifts?date=${date}`);
    if (!answer.ok) return { told: problemText(answer.problem) };
    const { current } = answer.value;
    for (const shift of [...(current === null ? [] : [current]), ...answer.value.shifts]) {
      shifts.set(shift.shiftId, shift);
    }
  }
  return { shifts: [...shifts.values()].sort((a, b) => a.openedAtMs - b.openedAtMs) };
}

/** The drawer: its float, a blind count by denomination, and only then what it should have held. */
export function CashUpPage() {
  const shifts = useSignal<readonly Shift[] | null>(null);
  const trouble = useSignal('');
  /** The one counted just now; else the last one whose variance nobody has explained is shown. */
  const counted = useSignal<string | null>(null);
  const load = async (): Promise<void> => {
    const read = await readShifts();
    trouble.value = 'told' in read ? read.told : '';
    if ('shifts' in read) shifts.value = read.shifts;
  };
  useEffect(() => {
    void load();
    const stops = (['day', 'connected'] as const).map((event) => onLive(event, () => void load()));
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  const shown = shifts.value;
  if (shown === null) {
    return trouble.value === '' ? <Waiting /> : <Trouble text={trouble.value} />;
  }
  const open = shown.find(({ cashUp }) => cashUp === null);
  const result =
    shown.find(({ shiftId }) => shiftId === counted.value) ??
    shown.findLast(({ cashUp }) => cashUp !== null && cashUp.variance !== 0 && cashUp.note === '');
  const take = async (shiftId: string | null): Promise<void> => {
    counted.value = shiftId;
    await load();
  };
  return (
    <>
      <Trouble text={trouble.value} />
      {result?.cashUp == null ? null : <Variance key={result.shiftId} shift={result} load={load} />}
      {open === undefined ? (
        <Float take={take} />
      ) : (
        <Count key={open.shiftId} shift={open} take={take} />
      )}
      <Counted shifts={shown.filter(({ cashUp }) => cashUp !== null)} />
    </>
  );
}

type Take = (shiftId: string | null) => Promise<void>;

/** Typed digits as pence: `1`, `0`, `0` is £1.00. */
const Amount = ({
  label,
  value,
  onPence,
  required = false,
}: {
  readonly label: string;
  readonly value: number | null;
  readonly onPence: (pence: number | null) => void;
  readonly required?: boolean;
}) => (
  <label>
    <span class="small soft">{label}</span>
    <input
      class="field"
      inputMode="numeric"
      autoComplete="off"
      required={required}
      value={value === null ? '' : money(value)}
      onInput={(event) => {
        const digits = event.currentTarget.value.replaceAll(/\D/g, '');
        const pence = digits === '' ? null : typeDigits(0, digits);
        onPence(pence);
        event.currentTarget.value = pence === null ? '' : money(pence);
      }}
    />
  </label>
);

const CrewId = ({ onText }: { readonly onText: (text: string) => void }) => (
  <label>
    <span class="small soft">Crew id</span>
    <input
      class="field"
      required
      maxLength={64}
      autoComplete="off"
      onInput={(event) => onText(event.currentTarget.value)}
    />
  </label>
);

function Float({ take }: { readonly take: Take }) {
  const float = useSignal<number | null>(null);
  const crewId = useSignal('');
  const trouble = useSignal('');
  const requestId = useSignal(mintRequestId());
  const send = async (): Promise<void> => {
    const answer = await post<unknown>('/api/shifts', {
      requestId: requestId.value,
      float: float.value ?? 0,
      crewId: crewId.value,
    });
    trouble.value = answer.ok ? '' : problemText(answer.problem);
    await take(null);
  };
  return (
    <section class="card" aria-labelledby="float-title">
      <h2 id="float-title">No drawer is open</h2>
      <p class="soft">Count the float into the drawer and start its shift.</p>
      <form
        class="cash-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Amount
          label="Float"
          required
          value={float.value}
          onPence={(pence) => {
            float.value = pence;
          }}
        />
        <CrewId
          onText={(text) => {
            crewId.value = text;
          }}
        />
        <button type="submit" class="key primary">
          Start the shift
        </button>
      </form>
      <Trouble text={trouble.value} />
    </section>
  );
}

const coinText = (pence: number): string => (pence >= 100 ? `£${pence / 100}` : `${pence}p`);

function Count({ shift, take }: { readonly shift: Shift; readonly take: Take }) {
  const counts = useSignal<Readonly<Record<number, number>>>({});
  const cheque = useSignal<number | null>(null);
  const card = useSignal<number | null>(null);
  const crewId = useSignal('');
  const trouble = useSignal('');
  const requestId = useSignal(mintRequestId());
  const total = useComputed(() =>
    Object.entries(counts.value).reduce((sum, [worth, many]) => sum + Number(worth) * many, 0),
  );
  const send = async (): Promise<void> => {
    const answer = await post<unknown>('/api/cash-ups', {
      requestId: requestId.value,
      shiftId: shift.shiftId,
      counts: Object.entries(counts.value).map(([denomination, many]) => ({
        denomination: Number(denomination),
        count: many,
      })),
      cheque: cheque.value,
      card: card.value,
      crewId: crewId.value,
    });
    // Somebody else counted it meanwhile: what they counted is shown.
    const wasCounted = !answer.ok && answer.problem?.code === 'already-counted';
    trouble.value = answer.ok ? '' : problemText(answer.problem);
    if (answer.ok || wasCounted) await take(shift.shiftId);
  };
  return (
    <section class="card" aria-labelledby="count-title">
      <h2 id="count-title">Count the drawer</h2>
      <p class="soft">
        Open since {timeText(new Date(shift.openedAtMs).toISOString())} on{' '}
        {dateText(shift.businessDate)} by {shift.openedBy}, float {money(shift.float)}. What it
        should hold is shown once it is counted, float included.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <fieldset class="denominations">
          <legend class="visually-hidden">How many of each</legend>
          {DENOMINATIONS.map((worth) => (
            <div class="denomination" key={worth}>
              <label class="coin" for={`coin-${worth}`}>
                {coinText(worth)}
              </label>
              <input
                id={`coin-${worth}`}
                class="field"
                type="text"
                inputMode="numeric"
                pattern="[0-9]*"
                maxLength={6}
                autoComplete="off"
                placeholder="0"
                onInput={({ currentTarget }) => {
                  const digits = currentTarget.value.replaceAll(/\D/g, '');
                  currentTarget.value = digits;
                  counts.value = { ...counts.value, [worth]: Number(digits) };
                }}
              />
              <output>{money(worth * (counts.value[worth] ?? 0))}</output>
            </div>
          ))}
        </fieldset>
        <p class="counted-total" role="status">
          Counted <strong>{money(total.value)}</strong>
        </p>
        <div class="cash-form">
          <Amount
            label="Card slips, if added up"
            value={card.value}
            onPence={(pence) => {
              card.value = pence;
            }}
          />
          <Amount
            label="Cheques, if added up"
            value={cheque.value}
            onPence={(pence) => {
              cheque.value = pence;
            }}
          />
          <CrewId
            onText={(text) => {
              crewId.value = text;
            }}
          />
          <button type="submit" class="key primary">
            That is all of it
          </button>
        </div>
      </form>
      <Trouble text={trouble.value} />
    </section>
  );
}

const varianceText = (pence: number): string =>
  pence === 0 ? 'exact' : pence < 0 ? `${money(-pence)} short` : `${money(pence)} over`;

function Variance({ shift, load }: { readonly shift: Shift; readonly load: () => Promise<void> }) {
  const reason = useSignal('');
  const trouble = useSignal('');
  const { cashUp } = shift;
  if (cashUp === null) return null;
  const save = async (): Promise<void> => {
    const path = `/api/cash-ups/${shift.shiftId}/note`;
    const answer = await put<unknown>(path, { note: reason.value });
    trouble.value = answer.ok ? '' : problemText(answer.problem);
    await load();
  };
  return (
    <section
      class={`card variance ${cashUp.variance === 0 ? 'exact' : 'differs'}`}
      aria-labelledby="variance-title"
    >
      <h2 id="variance-title">The drawer is {varianceText(cashUp.variance)}</h2>
      <p>
        Counted {money(cashUp.counted)} by {cashUp.crewId}, expected {money(cashUp.expected)}.
      </p>
      {cashUp.variance === 0 ? null : cashUp.note === '' ? (
        <form
          class="cash-form"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <label class="grow">
            <span class="small soft">Reason of the difference</span>
            <input
              class="field"
              required
              maxLength={500}
              autoFocus
              onInput={(event) => {
                reason.value = event.currentTarget.value;
              }}
            />
          </label>
          <button type="submit" class="key primary">
            Keep the reason
          </button>
        </form>
      ) : (
        <p>
          <strong>Reason:</strong> {cashUp.note}
        </p>
      )}
      <Trouble text={trouble.value} />
    </section>
  );
}

const Counted = ({ shifts }: { readonly shifts: readonly Shift[] }) => (
  <section class="card" aria-labelledby="counted-title">
    <h2 id="counted-title">Counted drawers</h2>
    {shifts.length === 0 ? (
      <p class="soft">None of today’s or the last day’s is counted yet.</p>
    ) : (
      <Table
        caption="Counted drawers of today and the last day"
        columns={['Day', 'Float', 'Counted', 'Expected', 'Difference', 'Reason', 'By']}
        rows={shifts.flatMap(({ businessDate, float, cashUp }) =>
          cashUp === null
            ? []
            : [
                [
                  dateText(businessDate),
                  { pence: float },
                  { pence: cashUp.counted },
                  { pence: cashUp.expected },
                  varianceText(cashUp.variance),
                  cashUp.note,
                  cashUp.crewId,
                ],
              ],
        )}
      />
    )}
  </section>
);
