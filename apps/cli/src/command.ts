import { parseArgs, type ParseArgsConfig } from 'node:util';

/** How a command talks: `print` for its answer (stdout), `complain` for what went wrong (stderr). */
export interface Terminal {
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** An option as `parseArgs` takes it, with what `--help` says of it. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly help: string;
  /** The placeholder of its value, `DIR`. */
  readonly value?: string;
  readonly default?: string;
}

export interface Arguments {
  readonly positionals: readonly string[];
  readonly text: (name: string) => string | undefined;
  readonly flag: (name: string) => boolean;
}

/** Exit codes: 0 done, 1 it failed or found faults, 2 called wrongly, 78 configured wrongly. */
export interface Command {
  /** Words after `tillwire`: `catalogue check`. */
  readonly name: string;
  /** Placeholders of positional arguments, `PATH`; a trailing `?` marks one that may be missing. */
  readonly positionals?: readonly string[];
  readonly summary: string;
  readonly options?: Readonly<Record<string, OptionSpec>>;
  readonly run: (args: Arguments, terminal: Terminal) => Promise<number>;
}

/** The caller asked for something the command does not take. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A required option's text. @throws {UsageError} when it is missing. */
export function required(args: Arguments, name: string): string {
  const text = args.text(name);
  if (text === undefined) throw new UsageError(`--${name} is required`);
  return text;
}

/** A whole-number option, or `fallback`. @throws {UsageError} outside `least`..`most`. */
export function wholeNumber(
  args: Arguments,
  name: string,
  { least, most, fallback }: { least: number; most: number; fallback: number },
): number {
  const text = args.text(name);
  if (text === undefined) return fallback;
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new UsageError(`--${name} takes a whole number from ${least} to ${most}, not ${text}`);
  }
  return value;
}

const usageOf = (command: Command): string => {
  const places = (command.positionals ?? []).map((place) =>
    place.endsWith('?') ? `[${place.slice(0, -1)}]` : place,
  );
  const options = Object.keys(command.options ?? {}).length > 0 ? ['[options]'] : [];
  return ['tillwire', command.name, ...places, ...options].join(' ');
};

/** What every command takes; `--env` is read before any of them is looked for. */
const EVERYWHERE: Readonly<Record<string, OptionSpec>> = {
  env: { type: 'string', value: 'FILE', help: 'variables of an installation, such as kiosk.env' },
  help: { type: 'boolean', help: 'show this help' },
};

function helpOf(command: Command): readonly string[] {
  const options = Object.entries({ ...command.options, ...EVERYWHERE }).map(
    ([name, { value, help, default: fallback }]) => {
      const left = `  --${name}${value === undefined ? '' : ` ${value}`}`;
      return `${left.padEnd(28)}${help}${fallback === undefined ? '' : ` (default ${fallback})`}`;
    },
  );
  return [usageOf(command), '', command.summary, '', 'Options:', ...options];
}

function overview(commands: readonly Command[]): readonly string[] {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 4;
  return [
    'tillwire: a multi-store point of sale',
    '',
    'Commands:',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    '',
    '`tillwire COMMAND --help` tells the options of one; `--env FILE` gives any of them the environment of FILE.',
  ];
}

/** Runs the command that `argv` (without node and script) names and returns its exit code. */
export async function runCommand(
  commands: readonly Command[],
  argv: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const words = argv.filter((word) => !word.startsWith('-'));
  const command = commands
    .filter(({ name }) => name.split(' ').every((word, at) => words[at] === word))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
  if (command === undefined) {
    const [group] = words;
    const related = commands.filter(({ name }) => name.split(' ')[0] === group);
    const asked = argv.length === 0 || argv.includes('--help');
    const lines = overview(related.length > 0 ? related : commands);
    for (const line of lines) (asked ? terminal.print : terminal.complain)(line);
    if (!asked) terminal.complain(`tillwire: there is no command "${words.join(' ')}"`);
    return asked ? 0 : 2;
  }
  try {
    const args = parse(command, argv);
    if (args.flag('help')) {
      for (const line of helpOf(command)) terminal.print(line);
      return 0;
    }
    return await command.run(args, terminal);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.complain(`tillwire ${command.name}: ${error.message}`);
    terminal.complain(`usage: ${usageOf(command)}`);
    return 2;
  }
}

function parse(command: Command, argv: readonly string[]): Arguments {
  const options: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean' } };
  for (const [name, { type }] of Object.entries(command.options ?? {})) options[name] = { type };
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const positionals = parsed.positionals.slice(command.name.split(' ').length);
  const places = command.positionals ?? [];
  const needed = places.filter((place) => !place.endsWith('?')).length;
  const help = parsed.values['help'] === true;
  if (!help && positionals.length < needed)
    throw new UsageError(`${places[positionals.length]} is missing`);
  if (positionals.length > places.length) {
    throw new UsageError(`unexpected argument ${positionals[places.length]}`);
  }
  return {
    positionals,
    text: (name) => {
      const value = parsed.values[name] ?? command.options?.[name]?.default;
      return typeof value === 'string' ? value : undefined;
    },
    flag: (name) => parsed.values[name] === true,
  };
}
