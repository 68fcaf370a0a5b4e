import { Command } from 'commander';
import type { Session } from '../connection.ts';
import { findModel } from '../find-model.ts';
import { collectOption } from '../input/options.ts';
import { formats, readItems } from '../input/read-items.ts';
import { toInputs } from '../input/to-inputs.ts';
import type { Asked } from '../run-chunks.ts';

/** What `predict`, `explain` and `attack` are asked with. */
export interface AskOptions {
  readonly task?: string;
  readonly file?: string;
  readonly format?: string;
  readonly column?: string;
  readonly pair?: string;
  readonly context?: string;
  readonly option: Readonly<Record<string, unknown>>;
}

/** A command over the texts of its arguments, a file or standard input. */
export function askingCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument('<model>', 'identifier, as "tessera models list" shows it')
    .argument('[texts...]', 'texts; without them --file or standard input is read')
    .option('-t, --task <task>', "the task; left out: the model's first")
    .option('-f, --file <path>', 'CSV, TSV, JSON, JSON Lines, or one text per line; "-" is standard input')
    .option('--format <format>', `${formats.join(', ')}; left out: by the file's name`)
    .option('--column <name>', 'column of the text; left out: text, sentence, question …')
    .option('--pair <text>', 'second text of every item')
    .option('--context <text>', 'context of every question')
    .option('-o, --option <name=value>', 'an option; may be repeated', collectOption, {});
}

/** Model, task and inputs of what was asked. Throws UsageError and ProblemError. */
export async function readAsked(
  identifier: string,
  texts: readonly string[],
  flags: AskOptions,
  session: Session,
): Promise<Pick<Asked, 'model' | 'task' | 'inputs'>> {
  const { model, task } = await findModel(identifier, flags.task, session);
  const items = await readItems({ texts, file: flags.file, format: flags.format }, session.terminal);
  const inputs = toInputs(items, task, { column: flags.column, pair: flags.context ?? flags.pair });
  return { model, task, inputs };
}
