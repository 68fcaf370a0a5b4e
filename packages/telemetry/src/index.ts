export * from './logger.ts';
export * from './settings.ts';
export * from './until-open.ts';
