import type { TaskName, TextInput } from '@tessera/contracts';
import { UsageError } from '../failure.ts';
import type { Item } from './read-items.ts';

export interface Columns {
  /** Column of the (first) text; absent: the usual names. */
  readonly column?: string | undefined;
  /** Second text of every item that brings none. */
  readonly pair?: string | undefined;
}

const firstNames = ['text', 'sentence', 'question', 'premise', 'sentence1', 'input', 'review', 'content'];
const secondNames = ['textPair', 'text_pair', 'context', 'hypothesis', 'sentence2'];

/**
 * Items as the inputs of a task: a text, or a pair where an item (or --pair) has two. Throws UsageError
 * naming the item.
 */
export function toInputs(items: readonly Item[], task: TaskName, { column, pair }: Columns): TextInput[] {
  return items.map((item, i) => {
    const first = textIn(item, column === undefined ? firstNames : [column]);
    if (first === undefined)
      throw new UsageError(
        `Item ${i + 1} has no text; its columns are ${Object.keys(item).join(', ')}. --column names the right one.`,
      );
    const second =
      pair ??
      textIn(
        item,
        secondNames.filter((name) => name !== column),
      );
    if (task === 'question-answering' && second === undefined)
      throw new UsageError(`Item ${i + 1} has no context; give a column "context", or --context.`);
    return second === undefined ? first : [first, second];
  });
}

function textIn(item: Item, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = item[name];
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
  }
  return undefined;
}
