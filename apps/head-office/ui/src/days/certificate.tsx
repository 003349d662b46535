import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { count, momentText, money } from '../format.ts';
import { useLoad } from '../load.ts';
import { MoreButton, usePages } from '../load-pages.tsx';
import { Empty, PageHead, Pair, TableScroll, Told, Trouble } from '../parts/parts.tsx';
import { ShopSelect } from '../parts/shop-select.tsx';
import { go, linkTo } from '../router.ts';
import { may } from '../session.ts';

/** What a certificate says; amounts in pence. */
interface Claim {
  readonly journal: readonly {
    readonly journal_epoch: number;
    readonly complete_through: number;
    readonly watermark_hash: string | null;
    readonly parked: readonly number[];
    readonly restored: readonly { readonly from: number; readonly to: number }[];
  }[];
  readonly totals: {
    readonly orders: number;
    readonly gross: number;
    readonly net: number;
    readonly vat: number;
  };
}

/** `GET /api/certificates/:store`. */
interface SignedCertificate extends Claim {
  readonly signatures: readonly { readonly key: string; readonly signature: string }[];
}

interface Kept extends Claim {
  readonly certificateId: number;
  readonly issuedAt: string;
  readonly issuedBy: string;
  readonly keys: readonly string[];
}

interface Page {
  readonly certificates: readonly Kept[];
  readonly next?: number;
}

/** How far the shop's journal is whole, signed by Head Office. */
export function CertificateView({ store }: { readonly store: string }) {
  const path = `/api/certificates/${encodeURIComponent(store)}`;
  const found = useLoad<SignedCertificate>(path);
  const certificate = found.value;
  return (
    <section class="card stack">
      <div class="row between">
        <h2>Certificate of completeness of {store}</h2>
        <span class="row">
          <a href={linkTo(['days', 'certificates', store])}>Those issued before</a>
          {certificate === null ? null : (
            <a class="button" href={path} download={`certificate-${store}.json`}>
              Download, as of now
            </a>
          )}
        </span>
      </div>
      {certificate === null ? (
        found.trouble === null ? null : (
          <p class="soft">{problemText(found.trouble.problem)}</p>
        )
      ) : (
        <ClaimFacts certificate={certificate} />
      )}
    </section>
  );
}

const ClaimFacts = ({ certificate }: { readonly certificate: SignedCertificate }) => (
  <>
    <p>
      Every event up to here is at Head Office:{' '}
      <strong>
        {count(certificate.totals.orders)} orders of {money(certificate.totals.gross)}
      </strong>
      , {money(certificate.totals.vat)} VAT in it.
    </p>
    <dl class="facts">
      {certificate.journal.map((one) => (
        <Pair
          key={one.journal_epoch}
          name={epochText(one)}
          value={
            one.watermark_hash === null ? (
              'parked or restored'
            ) : (
              <span class="mono">{one.watermark_hash}</span>
            )
          }
        />
      ))}
      {certificate.signatures.map(({ key, signature }) => (
        <Pair
          key={key}
          name={`Signature by ${key}`}
          value={<span class="mono">{signature}</span>}
        />
      ))}
    </dl>
  </>
);

const epochText = ({
  journal_epoch: epoch,
  complete_through: through,
  parked,
  restored,
}: Claim['journal'][number]): string =>
  [
    `Epoch ${epoch}, complete through ${count(through)}`,
    ...(parked.length === 0 ? [] : [`${parked.length} parked`]),
    ...(restored.length === 0 ? [] : [`${restored.length} restored`]),
  ].join(', ');

/** What Head Office certified of a shop, now and before. */
export function Certificates({ store }: { readonly store: string | null }) {
  return (
    <div class="stack">
      <nav class="small" aria-label="Where you are">
        <a href="#/days">Days</a>
      </nav>
      <PageHead
        title="Certificates"
        lead="Signed statements that everything a shop's journal held is here, and what it comes to"
      />
      <div class="filters card">
        <ShopSelect
          value={store ?? ''}
          onChange={(chosen) =>
            go(linkTo(['days', 'certificates', ...(chosen === '' ? [] : [chosen])]))
          }
        />
      </div>
      {store === null ? (
        <Empty title="Choose a shop">Each has certificates of its own.</Empty>
      ) : (
        <>
          <CertificateView key={store} store={store} />
          <History key={`${store} history`} store={store} />
        </>
      )}
    </div>
  );
}

function History({ store }: { readonly store: string }) {
  const path = `/api/certificates/${encodeURIComponent(store)}`;
  const { pages, first, more } = usePages<Page>(`${path}/kept?limit=50`, 'before');
  const [told, setTold] = useState<string | null>(null);
  const kept = pages.flatMap(({ certificates }) => certificates);
  const issue = async (): Promise<void> => {
    const answer = await post(path);
    setTold(answer.ok ? 'Issued and kept.' : problemText(answer.problem));
    first.reload();
  };
  return (
    <section class="stack" aria-labelledby="kept">
      <div class="row between">
        <h2 id="kept">Issued and kept</h2>
        {may('operate') ? (
          <button type="button" class="button" onClick={() => void issue()}>
            Issue one as of now
          </button>
        ) : null}
      </div>
      <Told text={told} />
      <Trouble trouble={first.trouble} onRetry={first.reload} />
      {first.value !== null && kept.length === 0 ? (
        <Empty title="None was issued yet">One that is issued is kept, byte for byte.</Empty>
      ) : (
        <TableScroll label="Certificates issued">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Issued</th>
                <th scope="col">Complete through</th>
                <th scope="col" class="number">
                  Orders
                </th>
                <th scope="col" class="number">
                  Gross
                </th>
                <th scope="col">Signed by</th>
                <th scope="col">
                  <span class="visually-hidden">Download</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {kept.map((one) => (
                <tr key={one.certificateId}>
                  <th scope="row" class="nowrap">
                    {momentText(one.issuedAt)}
                    <div class="small soft">by {one.issuedBy}</div>
                  </th>
                  <td>{one.journal.map(epochText).join('; ')}</td>
                  <td class="number">{count(one.totals.orders)}</td>
                  <td class="number">{money(one.totals.gross)}</td>
                  <td class="small mono wrap">{one.keys.join(', ')}</td>
                  <td>
                    <a
                      class="button"
                      href={`${path}/kept/${one.certificateId}`}
                      download={`certificate-${store}-${one.certificateId}.json`}
                    >
                      Download<span class="visually-hidden"> {momentText(one.issuedAt)}</span>
                    </a>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
      <MoreButton more={more}>Earlier ones</MoreButton>
    </section>
  );
}
