export type { SaliencyContext } from './contexts/explain-context.ts';
export type { OpenHelper } from './other-models/helper-models.ts';
export { keepHelpers } from './other-models/keep-helpers.ts';
export { runJob } from './run-job.ts';
