export * from './app-error.ts';
export * from './budget.ts';
export * from './clock.ts';
export * from './error-catalogue.ts';
export * from './ids.ts';
export * from './log.ts';
export * from './random.ts';
