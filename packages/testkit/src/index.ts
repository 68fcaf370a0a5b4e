export * from './chromium.ts';
export * from './eventually.ts';
export * from './postgres.ts';
export * from './proxy.ts';
export * from './redis.ts';
export * from './watch-child.ts';
