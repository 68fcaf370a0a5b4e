export * from './catalogue.ts';
export * from './jobs.ts';
export { defaultLimits } from './limits.ts';
export { openJobs } from './open-jobs.ts';
export * from './ports.ts';
export { canMove, isFinal, sourcesOf, transitions } from './state.ts';
