export type { BatchStatistics } from './batching/batch-statistics.ts';
export type * from './generation/ports.ts';
export type * from './ports.ts';
export { type OpenRuntime, type OpenRuntimeOptions, openRuntime } from './runtime.ts';
export { describeModel, type FolderDescription } from './store/describe-model.ts';
export type { FileProgress } from './store/fetch-file.ts';
export type { HubAddress } from './store/hub-client.ts';
export { hashModel, type LocateModelOptions, locateModel } from './store/locate-model.ts';
export { loadTokenizer } from './tokenizer/load-tokenizer.ts';
