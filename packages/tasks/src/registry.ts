import type { TaskName } from '@tessera/contracts';
import { embedding } from './embedding/head.ts';
import { generation } from './generation/head.ts';
import type { TaskHead } from './head.ts';
import { questionAnswering } from './question-answering/head.ts';
import { sequenceClassification } from './sequence-classification/head.ts';
import { tokenClassification } from './token-classification/head.ts';

/** The head of every task; a task without one does not compile. */
export const taskHeads = {
  'sequence-classification': sequenceClassification,
  'token-classification': tokenClassification,
  embedding,
  'question-answering': questionAnswering,
  generation,
} as const satisfies { readonly [T in TaskName]: TaskHead<T> };
