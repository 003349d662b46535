import { useState } from 'preact/hooks';
import { problemText, put } from '../api.ts';
import { age, words } from '../format.ts';
import { useLoad } from '../load.ts';
import { Badge, Input, Select, TableScroll, Told, Trouble } from '../parts/parts.tsx';
import { may } from '../session.ts';
import { useFirstField } from '../parts/first-field.ts';
import {
  figure,
  type Rule,
  type Rules,
  SEVERITIES,
  type Severity,
  SEVERITY_TONES,
  type Signal,
} from './model.ts';

/** What is watched for. */
export function RuleList() {
  const found = useLoad<Rules>('/api/alert-rules');
  const [edited, setEdited] = useState<string | null>(null);
  const [told, setTold] = useState<string | null>(null);
  if (found.value === null) return <Trouble trouble={found.trouble} onRetry={found.reload} />;
  const { rules, signals } = found.value;
  const rule = rules.find(({ ruleId }) => ruleId === edited);
  const signalOf = (name: string): Signal | undefined => signals.find((one) => one.name === name);
  return (
    <>
      <Told text={told} />
      {rule === undefined ? null : (
        <RuleForm
          key={rule.ruleId}
          rule={rule}
          signal={signalOf(rule.signal)}
          onClose={() => setEdited(null)}
          onSaved={() => {
            setEdited(null);
            setTold(`Saved: ${rule.title}.`);
            found.reload();
          }}
        />
      )}
      <TableScroll label="Rules">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col">Fires when</th>
              <th scope="col">For</th>
              <th scope="col">Severity</th>
              <th scope="col">Shops</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {rules.map((one) => (
              <tr key={one.ruleId}>
                <th scope="row">
                  {may('manage-fleet') ? (
                    <button type="button" class="link" onClick={() => setEdited(one.ruleId)}>
                      {one.title}
                    </button>
                  ) : (
                    one.title
                  )}
                  <div class="small soft mono">{one.ruleId}</div>
                </th>
                <td>
                  {signalOf(one.signal)?.about ?? one.signal}: {signalOf(one.signal)?.wrong}{' '}
                  {figure(signalOf(one.signal), one.threshold)}
                  {one.codes.length === 0 ? null : (
                    <div class="small soft">
                      {one.codes.join(', ')} within {age(one.windowS)}
                    </div>
                  )}
                </td>
                <td class="small">{one.forS === 0 ? 'at once' : age(one.forS)}</td>
                <td>
                  <Badge tone={SEVERITY_TONES[one.severity]}>{words(one.severity)}</Badge>
                </td>
                <td>{one.stores.length === 0 ? 'All' : one.stores.join(', ')}</td>
                <td>
                  <Badge tone={one.enabled ? 'good' : 'quiet'}>{one.enabled ? 'On' : 'Off'}</Badge>
                  {one.inhibits ? <div class="small soft">silences the shop’s others</div> : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </>
  );
}

const UNITS = { s: 'seconds', count: 'count', ppm: 'per million', bytes: 'bytes' } as const;

interface FormProps {
  readonly rule: Rule;
  readonly signal: Signal | undefined;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

function RuleForm({ rule, signal, onClose, onSaved }: FormProps) {
  const form = useFirstField();
  const [threshold, setThreshold] = useState(String(rule.threshold));
  const [forS, setForS] = useState(String(rule.forS));
  const [severity, setSeverity] = useState<string>(rule.severity);
  const [stores, setStores] = useState(rule.stores.join(' '));
  const [state, setState] = useState(rule.enabled ? 'on' : 'off');
  const [fault, setFault] = useState<string | null>(null);
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { ruleId, changedBy: _, changedAt: __, ...rest } = rule;
    const answer = await put(`/api/alert-rules/${ruleId}`, {
      ...rest,
      threshold: Number(threshold),
      forS: Number(forS),
      severity: severity as Severity,
      stores: stores.split(/[\s,]+/).filter((store) => store !== ''),
      enabled: state === 'on',
    });
    if (answer.ok) onSaved();
    else setFault(problemText(answer.problem));
  };
  return (
    <form ref={form} class="card stack" onSubmit={(event) => void save(event)}>
      <h2>{rule.title}</h2>
      <div class="rule-form">
        <Input
          label={`Limit (${UNITS[signal?.unit ?? 'count']})`}
          value={threshold}
          onChange={setThreshold}
          required
        />
        <Input label="For at least (seconds)" value={forS} onChange={setForS} required />
        <Select
          label="Severity"
          value={severity}
          onChange={setSeverity}
          options={SEVERITIES.map((value) => ({ value, label: words(value) }))}
        />
        <Input label="Shops (none: all)" value={stores} onChange={setStores} />
        <Select
          label="State"
          value={state}
          onChange={setState}
          options={[
            { value: 'on', label: 'On' },
            { value: 'off', label: 'Off' },
          ]}
        />
      </div>
      {fault === null ? null : (
        <p class="trouble" role="alert">
          {fault}
        </p>
      )}
      <div class="row">
        <button type="submit" class="button primary">
          Save the rule
        </button>
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}
