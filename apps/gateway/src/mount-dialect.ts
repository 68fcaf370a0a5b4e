import type { AppError } from '@tessera/base';
import type { WireResponse } from '@tessera/dialects';
import type { Express, RequestHandler } from 'express';
import { contextOf } from './http/request-context.ts';

/** One way to talk to the same jobs: a path, the routes below it, and its words for errors. */
export interface MountedDialect {
  readonly path: string;
  readonly routes: RequestHandler;
  encodeError(error: AppError, requestId: string): WireResponse;
}

/** Mounts a dialect; whatever goes wrong below its path is told in its words. */
export function mountDialect(app: Express, dialect: MountedDialect): void {
  app.use(
    dialect.path,
    (_request, response, next) => {
      contextOf(response).encodeError = dialect.encodeError;
      next();
    },
    dialect.routes,
  );
}
