import type { Command } from 'commander';
import type { Session, WithSession } from '../connection.ts';
import { answersOf } from '../print/answers.ts';
import { tellWarnings } from '../print/warnings.ts';
import { runChunks } from '../run-chunks.ts';
import { type AskOptions, askingCommand, readAsked } from './asking.ts';
import { streamText } from './stream-text.ts';

/** Inputs of one task: what fills some batches and still moves the progress bar. */
const chunk = 64;

/** `tessera predict MODEL [TEXT …]`. */
export function predictCommand(withSession: WithSession): Command {
  return askingCommand('predict', 'what a model says of texts').action(
    async (identifier: string, texts: string[], options: AskOptions, command: Command) =>
      predict(identifier, texts, options, withSession(command)),
  );
}

async function predict(
  identifier: string,
  texts: readonly string[],
  options: AskOptions,
  session: Session,
): Promise<void> {
  const read = await readAsked(identifier, texts, options, session);
  const asked = { ...read, more: { options: options.option }, chunk, what: 'texts' };
  const { task, inputs } = asked;
  const { stdout } = session.terminal;
  if (task === 'generation' && inputs.length === 1 && !session.json && stdout.isTTY)
    return streamText(asked, session);
  const chunks = await runChunks(asked, session);
  for (const { inputs: own, result } of chunks)
    for (const [i, answer] of answersOf(result).entries())
      stdout.write(
        session.json
          ? `${JSON.stringify({ input: own[i], ...answer.json })}\n`
          : `${answer.lines(own[i]!, inputs.length > 1)}\n`,
      );
  tellWarnings(
    chunks.map(({ result }) => result),
    session,
  );
}
