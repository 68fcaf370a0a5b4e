import { AppError } from '@tessera/base';
import type { Response } from 'express';
import type { Identity } from '../access.ts';

/** Counts what one caller holds open. */
export interface OpenRequests {
  /** Counts a request until its answer is sent or its client gone. Throws TOO_MANY_OPEN. */
  enter(key: string, response: Response): void;
}

/** At most `limit` at once for each key; `setting` is the variable that says so. */
export function createOpenRequests(limit: number, setting: string): OpenRequests {
  const open = new Map<string, number>();
  return {
    enter(key, response) {
      const count = open.get(key) ?? 0;
      if (count >= limit) throw new AppError('TOO_MANY_OPEN', { detail: { limit, setting, seconds: 1 } });
      open.set(key, count + 1);
      response.once('close', () => {
        const left = open.get(key)! - 1;
        if (left > 0) open.set(key, left);
        else open.delete(key);
      });
    },
  };
}

/** Who is counted: a key, or an address of this machine while there are none. */
export function countedAs({ caller }: Identity, remoteAddress: string | undefined): string {
  return caller === 'local' ? `local:${remoteAddress}` : caller;
}
