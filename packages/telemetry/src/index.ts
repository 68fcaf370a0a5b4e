export * from './logger.ts';
export * from './until-open.ts';
