/** The few words of a logger that packages may use; apps give them pino (packages/telemetry). */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** A logger whose every line carries `fields` too. */
  child(fields: Record<string, unknown>): Log;
}

/** Says nothing; for tests and for library use without a logger. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};
