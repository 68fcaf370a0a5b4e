import type { TaskResultReply } from '@tessera/contracts';
import pc from 'picocolors';
import type { Session } from '../connection.ts';

/** Says once what results warn of, on standard error, so that piped results stay clean. */
export function tellWarnings(
  results: readonly Pick<TaskResultReply, 'warnings'>[],
  { terminal }: Pick<Session, 'terminal'>,
): void {
  for (const warning of new Set(results.flatMap(({ warnings }) => warnings)))
    terminal.stderr.write(`${pc.yellow('warning:')} ${warning}\n`);
}
