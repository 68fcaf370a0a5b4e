import type { Log } from '@tessera/base';

/** A line as it was logged. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly [field: string]: unknown;
}

/** A logger that keeps its lines. */
export function recordingLog(): { readonly log: Log; readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const at = (fields: object): Log => {
    const write =
      (level: LogLine['level']) =>
      (own: object, message: string): void =>
        void lines.push({ ...fields, ...own, level, message });
    return {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child: (more) => at({ ...fields, ...more }),
    };
  };
  return { log: at({}), lines };
}
