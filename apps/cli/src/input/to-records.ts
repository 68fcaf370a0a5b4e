import { type EvaluatedTask, evaluationRecords, type TaskName } from '@tessera/contracts';
import { UsageError } from '../failure.ts';
import type { Item } from './read-items.ts';

const aliases: Readonly<Record<string, string>> = {
  sentence: 'text',
  sentence1: 'text',
  premise: 'text',
  review: 'text',
  sentence2: 'textPair',
  text_pair: 'textPair',
  hypothesis: 'textPair',
};

/**
 * Items as the records of an evaluation: known columns under their names, others left out. Throws UsageError
 * naming the record.
 */
export function toRecords(items: readonly Item[], task: TaskName): readonly Item[] {
  if (!(task in evaluationRecords))
    throw new UsageError(`${task} cannot be evaluated; ${Object.keys(evaluationRecords).join(', ')} can.`);
  const schema = evaluationRecords[task as EvaluatedTask];
  return items.map((item, i) => {
    const record = recordOf(item, task as EvaluatedTask);
    const parsed = schema.safeParse(record);
    if (!parsed.success)
      throw new UsageError(
        `Record ${i + 1} (${Object.keys(item).join(', ')}): ${parsed.error.issues[0]!.message}`,
      );
    return record;
  });
}

const known: Readonly<Record<EvaluatedTask, readonly string[]>> = {
  'sequence-classification': ['text', 'textPair', 'label', 'context', 'question', 'choices'],
  'question-answering': ['question', 'context', 'answers'],
  'token-classification': ['text'],
  embedding: ['text', 'textPair'],
};

function recordOf(item: Item, task: EvaluatedTask): Item {
  const named = Object.entries(item).map(([key, value]) => [aliases[key] ?? key, value] as const);
  const kept = named.filter(([key, value]) => known[task].includes(key) && value !== '' && value != null);
  return Object.fromEntries(
    kept.map(([key, value]) => {
      // A CSV cell that counts classes is an index; answers may be one text.
      if (key === 'label' && typeof value === 'string' && /^\d+$/.test(value)) return [key, Number(value)];
      if (key === 'answers' && typeof value === 'string') return [key, [value]];
      return [key, value];
    }),
  );
}
