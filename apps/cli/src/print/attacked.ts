import type {
  AttackedInput,
  AttackReport,
  BehaviourAttackReport,
  DescribedOutcome,
  TextInput,
  TriggerReport,
} from '@tessera/contracts';
import pc from 'picocolors';
import type { Chunk } from '../run-chunks.ts';
import { percent } from './answers.ts';
import { table } from './table.ts';

/** An attacked input with its report; of attacks on a set as a whole, the set. */
export type Attacked =
  | (AttackedInput & { readonly input: TextInput })
  | ((TriggerReport | BehaviourAttackReport) & { readonly input: readonly TextInput[] });

/** The attacked inputs of a task's result; attacks on a set as a whole are one. */
export function attackedInputs({ inputs, result }: Chunk): readonly Attacked[] {
  const { attack: report } = result.fields as { readonly attack: AttackReport };
  if ('inputs' in report) return report.inputs.map((one, i) => ({ input: inputs[i]!, ...one }));
  return [{ input: inputs, ...report }];
}

/** What an attack did, for a person. */
export function attackLines(one: Attacked): string {
  if ('trigger' in one) return triggerLines(one);
  if ('tests' in one) return behaviourLines(one);
  const { success, original, final, edits, texts, queries } = one;
  const flips = edits.map(({ from, to }) =>
    to === null ? pc.strikethrough(from) : `${pc.strikethrough(from)} ${pc.bold(to)}`,
  );
  return [
    `${texts[0] ?? ''}  ${pc.dim(`→ ${outcomeText(original)}`)}`,
    ...(texts.length > 1 ? [`${texts.at(-1)!}  ${pc.dim(`→ ${outcomeText(final)}`)}`] : []),
    `${success ? pc.green('succeeded') : pc.red('failed')}${flips.length > 0 ? ` by ${flips.join(', ')}` : ''}${pc.dim(` in ${queries} queries`)}`,
    '',
  ].join('\n');
}

function triggerLines({ trigger, successRate, successRateWithout, queries }: TriggerReport): string {
  const share = (value: number | null): string => (value === null ? 'unknown' : percent(value));
  return `Before any input: ${pc.bold(trigger.join(' '))}\n${share(successRate)} go wrong with it, ${share(successRateWithout)} without${pc.dim(` (${queries} queries)`)}\n`;
}

function behaviourLines({ tests }: BehaviourAttackReport): string {
  const rows = tests.map(({ name, capability, total, failed, failureRate }) => [
    name,
    capability,
    String(total),
    String(failed),
    percent(failureRate),
  ]);
  return table(['test', 'capability', 'cases', 'failed', 'rate'], rows, ['cases', 'failed', 'rate']);
}

/** One line over all inputs. */
export function attackTotals(attacked: readonly Attacked[]): string {
  const single = attacked.filter((one) => 'success' in one);
  const hits = single.filter(({ success }) => success);
  const queries = single.reduce((sum, one) => sum + one.queries, 0);
  return `${hits.length} of ${single.length} succeeded (${percent(hits.length / single.length)}), ${Math.round(queries / single.length)} queries each on average`;
}

function outcomeText(outcome: DescribedOutcome): string {
  const said =
    'answer' in outcome ? outcome.answer || '(no answer)' : (outcome.name ?? `LABEL_${outcome.label}`);
  return outcome.probability === null ? said : `${said} ${percent(outcome.probability)}`;
}
