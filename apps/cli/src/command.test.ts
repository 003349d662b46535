import { describe, expect, it } from 'vitest';
import { type Command, required, runCommand, wholeNumber } from './command.ts';

const seen: string[] = [];
const commands: readonly Command[] = [
  {
    name: 'catalogue check',
    positionals: ['PATH', 'OTHER?'],
    summary: 'reads a set',
    options: {
      shop: { type: 'string', value: 'N', help: 'the shop' },
      json: { type: 'boolean', help: 'as JSON' },
      port: { type: 'string', value: 'P', help: 'the port', default: '80' },
    },
    run: async (args) => {
      const shop = required(args, 'shop');
      const port = wholeNumber(args, 'port', { least: 0, most: 65_535, fallback: 1 });
      seen.push(`${args.positionals.join('+')} ${shop} ${port} ${args.flag('json')}`);
      return 0;
    },
  },
  { name: 'catalogue diff', summary: 'compares', run: async () => 1 },
  {
    name: 'demo',
    summary: 'shows',
    run: async () => {
      throw new Error('a bug');
    },
  },
];

async function run(...argv: string[]) {
  const out: string[] = [];
  const errors: string[] = [];
  const code = await runCommand(commands, argv, {
    print: (line) => out.push(line),
    complain: (line) => errors.push(line),
  });
  return { code, out: out.join('\n'), errors: errors.join('\n') };
}

describe('the command line', () => {
  it('runs the command its words name, options anywhere', async () => {
    expect((await run('catalogue', 'check', 'DIR', '--shop', '9', '--json')).code).toBe(0);
    expect(seen.at(-1)).toBe('DIR 9 80 true');
    expect((await run('catalogue', 'check', '--port=0', '--shop=9', 'A', 'B')).code).toBe(0);
    expect(seen.at(-1)).toBe('A+B 9 0 false');
    expect((await run('catalogue', 'diff')).code).toBe(1);
  });
  it('shows help everywhere', async () => {
    expect((await run()).out).toContain('catalogue check');
    expect((await run('--help')).code).toBe(0);
    const help = await run('catalogue', 'check', '--help');
    expect(help.code).toBe(0);
    expect(help.out).toContain('tillwire catalogue check PATH [OTHER] [options]');
    expect(help.out).toMatch(/--port P\s+the port \(default 80\)/);
    expect(help.out).toMatch(/--env FILE\s+variables of an installation/);
  });
  it('says what was called wrongly and exits 2', async () => {
    expect(await run('fly')).toMatchObject({
      code: 2,
      errors: expect.stringContaining('no command "fly"'),
    });
    expect((await run('catalogue', 'fly')).errors).not.toContain('demo');
    expect((await run('catalogue', 'check')).errors).toContain('PATH is missing');
    expect((await run('catalogue', 'check', 'A')).errors).toContain('--shop is required');
    expect((await run('catalogue', 'check', 'A', 'B', 'C')).errors).toContain(
      'unexpected argument C',
    );
    expect((await run('catalogue', 'check', 'A', '--fly')).errors).toContain("'--fly'");
    const far = await run('catalogue', 'check', 'A', '--shop', '9', '--port', '65536');
    expect(far).toMatchObject({
      code: 2,
      errors: expect.stringContaining('from 0 to 65535, not 65536'),
    });
  });
  it('lets a bug surface', async () => {
    await expect(run('demo')).rejects.toThrow('a bug');
  });
});
