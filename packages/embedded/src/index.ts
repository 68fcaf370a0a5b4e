export { freePort } from './free-port.ts';
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, endOrphan, startPostgres } from './start.ts';
