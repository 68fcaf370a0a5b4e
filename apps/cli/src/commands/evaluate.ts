import type { EvaluationReport, SubmitEvaluation } from '@tessera/contracts';
import { Command } from 'commander';
import type { Session, WithSession } from '../connection.ts';
import { UsageError } from '../failure.ts';
import { findModel } from '../find-model.ts';
import { wholeNumber } from '../input/options.ts';
import { readItems } from '../input/read-items.ts';
import { toRecords } from '../input/to-records.ts';
import { evaluationText } from '../print/evaluated.ts';
import { openProgress } from '../print/progress.ts';

interface EvaluateFlags {
  readonly model: string;
  readonly task?: string;
  readonly format?: string;
  readonly explain?: string;
  readonly attack?: string;
  readonly limit?: number;
}

/** `tessera evaluate FILE`. */
export function evaluateCommand(withSession: WithSession, program: Command): Command {
  return new Command('evaluate')
    .description('measure explanations or attacks over a dataset, as one task')
    .argument(
      '<file>',
      'CSV, TSV, JSON or JSON Lines with columns text, textPair, label, or question, context, answers',
    )
    .requiredOption('--model <model>', 'identifier of the model')
    .option('-t, --task <task>', "the task; left out: the model's first")
    .option('--format <format>', "csv, tsv, json or jsonl; left out: by the file's name")
    .option('--explain <methods>', 'explanations to measure, separated by commas')
    .option('--attack <methods>', 'attacks to run, separated by commas')
    .option('--limit <records>', 'only the first records', wholeNumber(1))
    .action(async (file: string, flags: EvaluateFlags, command: Command) => {
      if ((flags.explain === undefined) === (flags.attack === undefined))
        throw new UsageError('Give --explain or --attack, one of the two.');
      program.setOptionValue('exitCode', 0);
      await evaluate(file, flags, withSession(command));
    });
}

async function evaluate(file: string, flags: EvaluateFlags, session: Session): Promise<void> {
  const { client, terminal, signal } = session;
  const { model, task } = await findModel(flags.model, flags.task, session);
  const items = await readItems({ texts: [], file, format: flags.format }, terminal);
  const records = toRecords(items.slice(0, flags.limit), task);
  const methods = (names: string | undefined) =>
    names?.split(',').map((method) => ({ method: method.trim() }));
  const explain = methods(flags.explain);
  const attack = methods(flags.attack);
  const request = {
    model: model.identifier,
    task,
    records,
    ...(explain ? { explain } : {}),
    ...(attack ? { attack } : {}),
  };
  const progress = openProgress(session, 'measured');
  let report: EvaluationReport;
  try {
    report = await client.evaluations.run(request as unknown as SubmitEvaluation, {
      signal,
      onProgress: ({ done, total, note }) => progress.show(done, total ?? done, note),
    });
  } finally {
    progress.end();
  }
  terminal.stdout.write(session.json ? `${JSON.stringify(report, null, 2)}\n` : evaluationText(report));
}
