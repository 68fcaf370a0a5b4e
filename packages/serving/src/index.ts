export type { BatchStatistics } from './batching/batch-statistics.ts';
export type { ModelDescription, OutputName } from './description.ts';
export type {
  GenerationJob,
  GenerationStatistics,
  GenerationTimings,
  Generator,
  InnerRow,
  InnerStep,
  NextRow,
} from './generation/generator.ts';
export { logSoftmax, logSumExp } from './generation/log-softmax.ts';
export { tidyGraphCache } from './graph/tidy-graph-cache.ts';
export type { AdapterChoice } from './model/adapted-weights.ts';
export { type OpenRuntime, openRuntime } from './open-runtime.ts';
export type {
  DifferentiableRuntime,
  EmbeddingTable,
  ForwardRequest,
  ForwardTimings,
  GradientAnswer,
  GradientPlace,
  GradientRequest,
  GradientRow,
  ModelRow,
  ModelRuntime,
  RowOutputs,
  SeededOutput,
} from './runtime.ts';
export type { OpenRuntimeOptions } from './runtime-options.ts';
export { describeModel, type FolderDescription } from './store/describe-model.ts';
export type { FileProgress } from './store/fetch-file.ts';
export type { HubAddress } from './store/hub-client.ts';
export { type LocateModelOptions, locateModel } from './store/locate-model.ts';
export type {
  Activation,
  SentencePooling,
  SentenceStep,
  SentenceTransformerPipeline,
} from './store/sentence/steps.ts';
export { type LoadedTokenizer, openTokenizer } from './tokenizer/load-tokenizer.ts';
export type {
  EncodeOptions,
  Encoding,
  Offsets,
  SpecialTokens,
  Tokenizer,
  Truncation,
} from './tokenizer/tokenizer.ts';
