import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HEAD_OFFICE_ROLES } from '@tillwire/head-office';
import { KIOSK_ROLES } from '@tillwire/kiosk';
import { expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../../deploy/windows');
const SERVICES = [
  ...KIOSK_ROLES.map((role) => ['kiosk', role] as const),
  ...HEAD_OFFICE_ROLES.map((role) => ['head-office', role] as const),
];

/** What stands open at the end of a document of elements and text; throws at the first end of another. */
function leftOpen(text: string): readonly string[] {
  const open: string[] = [];
  for (const [, end, name = '', empty] of text
    .replaceAll(/<!--[^]*?-->/g, '')
    .matchAll(/<(\/?)([\w]+)(?:\s+[\w]+="[^"<]*")*\s*(\/?)>/g)) {
    if (end === '' && empty === '') open.push(name);
    else if (end !== '' && open.pop() !== name) throw new Error(`</${name}> ends another element`);
  }
  return open;
}

it('Windows has a definition for each service there is, and for no other', () => {
  expect(readdirSync(FOLDER).toSorted()).toEqual(
    SERVICES.map(([what, role]) => `tillwire-${what}-${role}.xml`).toSorted(),
  );
});

it.each(SERVICES)(
  'The Windows definition of %s %s is whole, and starts just that',
  (what, role) => {
    const text = readFileSync(join(FOLDER, `tillwire-${what}-${role}.xml`), 'utf8');
    expect(leftOpen(text)).toEqual([]);
    // Nothing but elements, text and comments: no stray mark that a reader of XML would stop at.
    expect(text.replaceAll(/<!--[^]*?-->|<\/?\w+(?:\s+\w+="[^"<]*")*\s*\/?>/g, '')).not.toMatch(
      /[<>&]/,
    );
    expect(text).toContain(`<id>tillwire-${what}-${role}</id>`);
    expect(text).toContain(
      `tillwire.mjs" ${what} ${role} --env "C:\\ProgramData\\Tillwire\\${what}.env"`,
    );
    expect(text).toContain('<onfailure action="restart"');
  },
);
