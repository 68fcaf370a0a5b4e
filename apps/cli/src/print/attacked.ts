import type { TextInput } from '@tessera/contracts';
import pc from 'picocolors';
import type { Chunk } from '../run-chunks.ts';
import { percent } from './answers.ts';

interface Outcome {
  readonly name?: string;
  readonly label?: number;
  readonly answer?: string;
  readonly probability?: number;
  readonly score?: number;
}

interface Report {
  readonly method?: string;
  readonly success?: boolean;
  readonly original?: Outcome;
  readonly final?: Outcome;
  readonly edits?: readonly { readonly from: string; readonly to: string | null }[];
  readonly texts?: readonly string[];
  readonly queries?: number;
  readonly words?: number;
  readonly wordsChanged?: number;
}

/** An attacked input with its report. */
export type Attacked = Report & { readonly input: TextInput | readonly TextInput[] };

/** The attacked inputs of a task's result; attacks on a set as a whole are one. */
export function attackedInputs({ inputs, result }: Chunk): readonly Attacked[] {
  const report = result.fields['attack'] as Report & { readonly inputs?: readonly Report[] };
  if (report.inputs)
    return report.inputs.map((one, i) => ({ input: inputs[i]!, method: report.method!, ...one }));
  return [{ input: inputs.length === 1 ? inputs[0]! : inputs, ...report }];
}

/** What an attack did, for a person. */
export function attackLines(one: Attacked): string {
  const { success, original, final, edits = [], texts = [], queries } = one;
  if (!original || !final) return JSON.stringify({ ...one, input: undefined }, null, 2);
  const verdict = success ? pc.green('changed') : pc.red('held');
  const flips = edits.map(({ from, to }) =>
    to === null ? pc.strikethrough(from) : `${pc.strikethrough(from)} ${pc.bold(to)}`,
  );
  return [
    `${texts[0] ?? ''}  ${pc.dim(`→ ${outcomeText(original)}`)}`,
    ...(texts.length > 1 ? [`${texts.at(-1)!}  ${pc.dim(`→ ${outcomeText(final)}`)}`] : []),
    `${verdict}${flips.length > 0 ? ` by ${flips.join(', ')}` : ''}${pc.dim(` in ${queries ?? '?'} queries`)}`,
    '',
  ].join('\n');
}

/** One line over all inputs. */
export function attackTotals(attacked: readonly Attacked[]): string {
  const hits = attacked.filter(({ success }) => success);
  const queries = attacked.reduce((sum, one) => sum + (one.queries ?? 0), 0);
  return `${hits.length} of ${attacked.length} succeeded (${percent(hits.length / attacked.length)}), ${Math.round(queries / attacked.length)} queries each on average`;
}

function outcomeText({ name, answer, label, probability, score }: Outcome): string {
  const said = name ?? (answer === '' ? '(no answer)' : answer) ?? String(label ?? '');
  const sure = probability ?? score;
  return sure === undefined ? said : `${said} ${percent(sure)}`;
}
