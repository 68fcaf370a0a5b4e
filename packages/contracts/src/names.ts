/**
 * Every name that several packages must spell alike. Registries elsewhere are exhaustive over these tuples.
 */

export const taskNames = [
  'sequence-classification',
  'token-classification',
  'embedding',
  'question-answering',
  'generation',
] as const;
export type TaskName = (typeof taskNames)[number];

/** What a task does beside predicting; `evaluate` runs explanations or attacks over a dataset. */
export const taskKinds = ['predict', 'explain', 'attack', 'evaluate'] as const;
export type TaskKind = (typeof taskKinds)[number];

/**
 * queued → running → succeeded | failed | cancelled; running → queued (retry); queued → expired | cancelled.
 */
export const taskStates = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'expired'] as const;
export type TaskState = (typeof taskStates)[number];
export const finalStates = [
  'succeeded',
  'failed',
  'cancelled',
  'expired',
] as const satisfies readonly TaskState[];
const final: ReadonlySet<string> = new Set(finalStates);

/** Whether nothing more will happen to a task in this state. */
export function isFinal(state: string): boolean {
  return final.has(state);
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text can be the id of a task. Ids come from callers: what cannot be one is not looked up. */
export function isTaskId(text: string): boolean {
  return uuid.test(text);
}

/**
 * SQuARE's model types (docs/square-wire.md#manager-routes); `onnx` is what Tessera runs, the others are
 * accepted and kept on the wire.
 */
export const modelTypes = [
  // What the folder says; a host puts the type in its place.
  'auto',
  'onnx',
  'transformer',
  'adapter',
  'sentence-transformer',
  'metaqa',
  'llm',
  'graph',
  'graph-transformer',
] as const;
export type ModelType = (typeof modelTypes)[number];

export const modelClasses = [
  'base',
  'sequence_classification',
  'token_classification',
  'question_answering',
  'generation',
  'from_config',
] as const;
export type ModelClass = (typeof modelClasses)[number];

export const embeddingModes = ['mean', 'max', 'cls', 'pooler', 'token'] as const;
export type EmbeddingMode = (typeof embeddingModes)[number];

/**
 * How tensors of a result are written: base64 .npy (SQuARE's default), plain nested lists, or safetensors
 * bytes.
 */
export const tensorEncodings = ['npy', 'list', 'safetensors'] as const;
export type TensorEncoding = (typeof tensorEncodings)[number];

/** What a loaded model can give; measured when it is loaded, never typed in. */
export const capabilities = [
  'logits',
  'start-end-logits',
  'last-hidden-state',
  'pooler-output',
  'attentions',
  'hidden-states',
  'token-gradients',
  'attention-gradients',
  'embedding-table',
  'generation',
  'masked-language-model',
] as const;
export type Capability = (typeof capabilities)[number];

export const roles = ['reader', 'caller', 'admin'] as const;
export type Role = (typeof roles)[number];
