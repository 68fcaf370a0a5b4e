export {
  checkRecordCount,
  decodeEvaluation,
  type EvaluationSubmission,
  parseEvaluation,
} from './decode-evaluation.ts';
export { checkInputCount, decodeSubmission, parseSubmission, type Submission } from './decode-task.ts';
export { type NativeRoutes, nativeDialect } from './dialect.ts';
export { encodeNativeResult } from './encode-result.ts';
export { encodeNativeTask, type TaskReplyParts } from './encode-task.ts';
export { parse } from './parse.ts';
export { problemPath } from './problem.ts';
