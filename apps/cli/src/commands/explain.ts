import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { explanationPage } from '@tessera/text-views';
import type { Command } from 'commander';
import type { Session, WithSession } from '../connection.ts';
import { collectOption } from '../input/options.ts';
import { explainedInputs, mapOf, terminalMap } from '../print/explained.ts';
import { tellWarnings } from '../print/warnings.ts';
import { runChunks } from '../run-chunks.ts';
import { type AskOptions, askingCommand, readAsked } from './asking.ts';

/** Explanations cost many model runs each: small tasks keep the progress bar honest. */
const chunk = 8;

interface ExplainFlags extends AskOptions {
  readonly method: string;
  readonly explain: Readonly<Record<string, unknown>>;
  readonly html?: string;
}

/** `tessera explain MODEL [TEXT …]`. */
export function explainCommand(withSession: WithSession): Command {
  return askingCommand('explain', 'which words of a text made the answer')
    .option('-m, --method <method>', 'integrated_grads, occlusion, kernel_shap, lime …', 'integrated_grads')
    .option('-e, --explain <name=value>', 'an option of the method; may be repeated', collectOption, {})
    .option('--html <file>', 'also write a page of heat-maps, complete in one file')
    .action(async (identifier: string, texts: string[], flags: ExplainFlags, command: Command) =>
      explain(identifier, texts, flags, withSession(command)),
    );
}

async function explain(
  identifier: string,
  texts: readonly string[],
  flags: ExplainFlags,
  session: Session,
): Promise<void> {
  const { terminal, json } = session;
  const asked = await readAsked(identifier, texts, flags, session);
  const more = { options: flags.option, explain: { method: flags.method, ...flags.explain } };
  const chunks = await runChunks({ ...asked, more, chunk, what: 'explained' }, session);
  const explained = chunks.flatMap(explainedInputs);
  for (const one of explained)
    terminal.stdout.write(json ? `${JSON.stringify(one.json)}\n` : `${terminalMap(one)}\n`);
  if (flags.html !== undefined) {
    const path = resolve(terminal.cwd(), flags.html);
    const about = [
      ['Model', asked.model.identifier],
      ['Task', asked.task],
      ['Method', flags.method],
      ['What is explained', chunks[0]?.result ? (explained[0]?.target ?? '') : ''],
    ] as const;
    await writeFile(
      path,
      explanationPage({
        title: `${flags.method} of ${asked.model.identifier}`,
        about,
        maps: explained.map(mapOf),
      }),
    );
    if (!json) terminal.stderr.write(`The page is ${path}\n`);
  }
  tellWarnings(
    chunks.map(({ result }) => result),
    session,
  );
}
