import { CommanderError } from 'commander';
import { exitCodeOf, explainFailure } from './failure.ts';
import { createProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

/** Runs `tessera` with its arguments and returns the exit code. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  const interrupted = new AbortController();
  const onSignal = (): void => interrupted.abort();
  process.once('SIGINT', onSignal);
  try {
    const program = createProgram(terminal, interrupted.signal);
    await program.parseAsync([...argv]);
    return Number(program.getOptionValue('exitCode') ?? 0);
  } catch (thrown) {
    if (interrupted.signal.aborted) return 130;
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    terminal.stderr.write(`tessera: ${explainFailure(thrown)}\n`);
    return exitCodeOf(thrown);
  } finally {
    process.off('SIGINT', onSignal);
  }
}
