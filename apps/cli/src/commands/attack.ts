import type { Command } from 'commander';
import type { Session, WithSession } from '../connection.ts';
import { collectOption } from '../input/options.ts';
import { attackedInputs, attackLines, attackTotals } from '../print/attacked.ts';
import { tellWarnings } from '../print/warnings.ts';
import { runChunks } from '../run-chunks.ts';
import { type AskOptions, askingCommand, readAsked } from './asking.ts';

/** Attacks take hundreds of model runs per input: one task each, so that the progress bar moves. */
const chunk = 1;

interface AttackFlags extends AskOptions {
  readonly method: string;
  readonly attack: Readonly<Record<string, unknown>>;
}

/** `tessera attack MODEL [TEXT …]`. */
export function attackCommand(withSession: WithSession): Command {
  return askingCommand('attack', 'small changes of a text that change the answer')
    .option(
      '-m, --method <method>',
      'hotflip, input_reduction, deepwordbug, neighbour_substitution …',
      'hotflip',
    )
    .option('-a, --attack <name=value>', 'an option of the attack; may be repeated', collectOption, {})
    .action(async (identifier: string, texts: string[], flags: AttackFlags, command: Command) =>
      attack(identifier, texts, flags, withSession(command)),
    );
}

async function attack(
  identifier: string,
  texts: readonly string[],
  flags: AttackFlags,
  session: Session,
): Promise<void> {
  const { terminal, json } = session;
  const asked = await readAsked(identifier, texts, flags, session);
  const more = { options: flags.option, attack: { method: flags.method, ...flags.attack } };
  const whole = flags.method === 'universal_triggers' || flags.method.startsWith('checklist_');
  const chunks = await runChunks(
    { ...asked, more, chunk: whole ? asked.inputs.length : chunk, what: 'attacked' },
    session,
  );
  const attacked = chunks.flatMap(attackedInputs);
  for (const one of attacked)
    terminal.stdout.write(json ? `${JSON.stringify(one)}\n` : `${attackLines(one)}\n`);
  if (!json && attacked.length > 1) terminal.stdout.write(`${attackTotals(attacked)}\n`);
  tellWarnings(
    chunks.map(({ result }) => result),
    session,
  );
}
