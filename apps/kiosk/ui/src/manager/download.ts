import { authorization, problemText, type Problem } from '../api.ts';

/** Hands a file to whoever stands at the screen. */
function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken it up once the click is through.
  setTimeout(() => URL.revokeObjectURL(link.href));
}

export const saveText = (text: string, name: string): void =>
  save(new Blob([text], { type: 'text/csv' }), name);

/** Fetches a file of the kiosk's to the byte; a link alone would carry no credentials. Returns what went wrong. */
export async function download(path: string, name: string): Promise<string> {
  try {
    const response = await fetch(path, { headers: authorization() });
    if (!response.ok) return problemText((await response.json()) as Problem);
    save(await response.blob(), name);
    return '';
  } catch {
    return problemText(null);
  }
}
