import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { actAsOwnerOf, type Clock } from '@tillwire/runtime';
import { runCommand, type Terminal } from './command.ts';
import { loadCommands } from './commands.ts';
import { withEnvFile } from './env-file.ts';

/** Runs the command this process was started with by `clock`, and leaves its exit code. */
export async function runProgram(clock: Clock): Promise<void> {
  const stopping = new AbortController();
  /** The first signal asks what runs to finish, the second ends it as it is. */
  const stop = (): void => {
    if (stopping.signal.aborted) process.exit(1);
    stopping.abort();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  const { env, argv, envFile, fault } = withEnvFile(process.argv.slice(2), process.env);
  // Whose installation it is, its folder tells: the file itself may be root's, who alone has to read it.
  if (envFile !== null && fault === null) actAsOwnerOf(dirname(realpathSync(envFile)));

  // Whoever reads the answer may have seen enough of it: `tillwire … | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

  const terminal: Terminal = {
    print: (line) => process.stdout.write(`${line}\n`),
    complain: (line) => process.stderr.write(`${line}\n`),
  };
  if (fault === null) {
    const commands = await loadCommands(argv, { env, signal: stopping.signal, clock });
    process.exitCode = await runCommand(commands, argv, terminal);
  } else {
    terminal.complain(`tillwire: ${fault}`);
    process.exitCode = 2;
  }
}
