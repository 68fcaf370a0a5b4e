export { decodeNpy } from './arrays/npy.ts';
export {
  type DecodeContext,
  type Decoded,
  jsonReply,
  type WireResponse,
} from './dialect.ts';
export type { Feature, FeatureTable } from './features.ts';
export * from './native/index.ts';
export type { ResultRecord } from './result-record.ts';
export * from './routes/index.ts';
export * from './square/index.ts';
export { defaultTextLimits, invalid, type TextLimits } from './text-limits.ts';
