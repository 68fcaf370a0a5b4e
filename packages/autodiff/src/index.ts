export {
  type EmbeddingTable,
  type Exposed,
  type ExposeOptions,
  embeddingTable,
  encodeModel,
  exposeOutputs,
  externalFiles,
  type LoadOptions,
  type LoraFiles,
  loadModel,
  type Model,
  mergeLora,
  quantise,
  saveModel,
  withOutputs,
} from '@tessera/onnx';
export { type Gradient, gradient } from './gradient.ts';
export type { GradientOptions } from './gradient-options.ts';
export type { Lifted, LiftForm } from './lift.ts';
export type { GradientReport } from './report.ts';
export { type MissingOperator, type Support, support } from './support.ts';
