import type { SentenceTransformerPipeline } from './store/sentence/steps.ts';

/**
 * Outputs by the field's names, whatever the file calls them: `logits`, `start_logits`, `end_logits`,
 * `last_hidden_state`, `pooler_output`, `sentence_embedding`, and the lists `attentions` and `hidden_states`.
 */
export type OutputName =
  | 'logits'
  | 'start_logits'
  | 'end_logits'
  | 'last_hidden_state'
  | 'pooler_output'
  | 'sentence_embedding'
  | 'attentions'
  | 'hidden_states';

/** What config.json and the ONNX file say of a model. */
export interface ModelDescription {
  readonly identifier: string;
  /** `model_type` of config.json: bert, roberta, gpt2 … */
  readonly architecture: string;
  /**
   * First entry of `architectures`, such as BertForSequenceClassification; null when config.json has none.
   */
  readonly modelClass: string | null;
  readonly id2label: Readonly<Record<string, string>>;
  readonly problemType: string | null;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly maxPositions: number | null;
  /** Which of the logical outputs the file gives, exposed ones included. */
  readonly outputs: readonly OutputName[];
  /** Pooling pipeline of a sentence-transformers folder (modules.json); null for other models. */
  readonly sentenceTransformer: SentenceTransformerPipeline | null;
  readonly isEncoderDecoder: boolean;
  /** The whole config.json, for what only one task needs. */
  readonly config: Readonly<Record<string, unknown>>;
}
