import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';

const door = fileURLToPath(new URL('../../../../scripts/setup/run.mjs', import.meta.url));

const described = {
  start: 'start everything on this machine and stay up until Ctrl-C',
  demo: 'start everything on free ports, run one real job of each kind, show them, stop',
  bench: 'run the benchmarks',
} as const;

/** `start`, `demo` and `bench`: what `npm start`, `npm run demo` and `npm run bench` do. */
export function wholeMachineCommands(program: Command): Command[] {
  return Object.entries(described).map(([name, description]) =>
    new Command(name)
      .description(description)
      .argument('[arguments...]')
      .allowUnknownOption()
      .action(async (rest: string[]) => {
        program.setOptionValue('exitCode', await runDoor(name, rest));
      }),
  );
}

/** Runs a command of the checkout's door in this terminal; its exit code. */
function runDoor(name: string, rest: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [door, name, ...rest], { stdio: 'inherit' });
  // Ctrl-C reaches the child by the terminal's own hand; it decides when everything has stopped.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}
