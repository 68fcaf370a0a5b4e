import { describeOutcome, isCorrect, type Outcome } from '@tessera/attack';
import { AppError, renameField } from '@tessera/base';
import type { DescribedOutcome } from '@tessera/contracts';
import type { SaliencyContext } from '../contexts/explain-context.ts';
import type { EvaluatedRecord } from './records.ts';

/** What one method made of one record, with the wall time it took; or why it could not be applied. */
export type Measured<T> =
  | { readonly ok: true; readonly found: T; readonly seconds: number }
  | { readonly ok: false; readonly error: { readonly code: string; readonly text: string } };

export interface MeasuredRecord<T> {
  readonly record: number;
  /** Null where the task predicts more than one thing a text. */
  readonly prediction: DescribedOutcome | null;
  readonly correct: boolean | null;
  /** In the order of the methods. */
  readonly methods: readonly Measured<T>[];
}

export interface MeasureCalls<M, T> {
  readonly records: readonly EvaluatedRecord[];
  readonly methods: readonly M[];
  readonly context: SaliencyContext;
  /** Which of the plan's lists the methods are: errors name them by their place in it. */
  readonly kind: 'explain' | 'attack';
  /** Prefix of the notes: "integrated_grads". */
  nameOf(method: M): string;
  predict(record: EvaluatedRecord): Promise<Outcome | null>;
  /** `report` keeps the task alive while one record takes long. */
  run(method: M, on: On): Promise<T>;
}

/** What a method is run on. */
export interface On {
  readonly record: EvaluatedRecord;
  readonly outcome: Outcome | null;
  /** Says that something goes on inside the record. */
  readonly tick: () => void;
}

/**
 * Runs every method on every record, record by record, so that the methods are compared on the same texts
 * however far a run comes. A record that a method cannot take is told in its row; anything else that goes
 * wrong ends the run, and so does cancelling. Throws the first refusal when nothing at all could be measured.
 */
export async function measureAll<M, T>(calls: MeasureCalls<M, T>): Promise<readonly MeasuredRecord<T>[]> {
  const { records, methods, context, kind, nameOf, run } = calls;
  const total = records.length * methods.length;
  const refusals: AppError[] = [];
  let done = 0;
  const guarded = async <R>(work: () => Promise<R>, at?: (field: string) => string): Promise<Measured<R>> => {
    const startMs = context.monotonicMs();
    try {
      const found = await work();
      return { ok: true, found, seconds: (context.monotonicMs() - startMs) / 1000 };
    } catch (thrown) {
      const error = thrown instanceof AppError && at ? renameField(thrown, at) : thrown;
      if (!(error instanceof AppError) || error.code !== 'INPUT_INVALID') throw error;
      refusals.push(error);
      return { ok: false, error: { code: error.code, text: error.message } };
    }
  };
  const measured: MeasuredRecord<T>[] = [];
  for (const record of records) {
    const predicted = await guarded(() => predictionOf(record, calls));
    const found: Measured<T>[] = [];
    for (const [m, method] of methods.entries()) {
      const note = `${nameOf(method)}, record ${record.index + 1} of ${records.length}`;
      const tick = (): void => context.reportProgress({ done, total, note });
      if (context.signal.aborted) throw new AppError('TASK_CANCELLED');
      tick();
      found.push(
        predicted.ok
          ? await guarded(
              () => run(method, { record, outcome: predicted.found.outcome, tick }),
              (field) => field.replace(new RegExp(`^${kind}\\b`), `${kind}.${m}`),
            )
          : predicted,
      );
      done += 1;
      context.reportProgress({ done, total, note });
    }
    const { prediction, correct } = predicted.ok ? predicted.found : { prediction: null, correct: null };
    measured.push({ record: record.index, prediction, correct, methods: found });
  }
  if (measured.every(({ methods: all }) => all.every((one) => !one.ok))) throw refusals[0]!;
  return measured;
}

async function predictionOf<M, T>(
  record: EvaluatedRecord,
  { predict, context }: MeasureCalls<M, T>,
): Promise<{
  readonly outcome: Outcome | null;
  readonly prediction: DescribedOutcome | null;
  readonly correct: boolean | null;
}> {
  const outcome = await predict(record);
  if (!outcome) return { outcome, prediction: null, correct: null };
  const { id2label } = context.runtime.description;
  const field = `records.${record.index}.${outcome.kind === 'answer' ? 'answers' : 'label'}`;
  return {
    outcome,
    prediction: describeOutcome(outcome, id2label),
    correct: record.gold && isCorrect(outcome, record.gold, { id2label, field }),
  };
}
