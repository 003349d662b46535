import process from 'node:process';
import { type Command, runCommand } from './command.ts';

const commands: readonly Command[] = [];

process.exitCode = await runCommand(commands, process.argv.slice(2), {
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
});
