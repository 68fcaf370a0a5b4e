import type { TaskName } from '@tessera/contracts';
import { declaredDims, loadModel } from '@tessera/onnx';

/** What the outputs of an ONNX file tell of its head. */
export interface FileHead {
  /** Best first. */
  readonly tasks: readonly TaskName[];
  /** Labels of a classifier; null where the file leaves the number open. */
  readonly labels: number | null;
}

/**
 * The head of a file whose config.json names no class: start and end logits answer questions, logits of rank
 * 2 classify texts, of rank 3 tokens, unless there is one for every entry of the vocabulary. Null when the
 * file cannot be read.
 */
export function readHead(path: string, vocabularySize: number | null): FileHead | null {
  let outputs: ReadonlyMap<string, readonly unknown[] | undefined>;
  try {
    const { graph } = loadModel(path).proto;
    outputs = new Map(
      (graph?.output ?? []).map((value) => [value.name.replace(/:0$/, ''), declaredDims(value)]),
    );
  } catch {
    // Whoever opens the file says what is wrong with it.
    return null;
  }
  if (outputs.has('start_logits')) return { tasks: ['question-answering', 'embedding'], labels: null };
  if (!outputs.has('logits')) return { tasks: ['embedding'], labels: null };
  const dims = outputs.get('logits') ?? [];
  const last = dims.at(-1);
  const labels = typeof last === 'number' && last > 0 ? last : null;
  if (dims.length === 3 && (labels === null || labels === vocabularySize))
    return { tasks: ['embedding'], labels: null };
  const task = dims.length === 3 ? 'token-classification' : 'sequence-classification';
  return { tasks: [task, 'embedding'], labels };
}
