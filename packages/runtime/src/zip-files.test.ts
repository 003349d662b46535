import { strFromU8, unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { zipFiles } from './zip-files.ts';

it('A ZIP of the same files is the same bytes and gives the files back', () => {
  const files = [
    { name: 'MP261125.CSV', text: 'PRODNUMB,TAKEAWAY,EATIN\r\n' },
    { name: 'S03/K_WK_VAT.csv', text: '£\r\n' },
  ];
  const zip = zipFiles(files);
  expect(zipFiles(files)).toEqual(zip);
  const back = Object.entries(unzipSync(zip)).map(([name, data]) => ({
    name,
    text: strFromU8(data),
  }));
  expect(back).toEqual(files);
});
