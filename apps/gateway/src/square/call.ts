import type { SquareRoutes } from '@tessera/dialects';
import type { Handler } from '../serve-dialect.ts';

/** A handler of the SQuARE route of this name. */
export type SquareHandler<Name extends keyof SquareRoutes> = Handler<SquareRoutes[Name]>;
