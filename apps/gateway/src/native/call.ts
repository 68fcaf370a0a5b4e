import type { NativeRoutes } from '@tessera/dialects';
import type { Call, Handler } from '../serve-dialect.ts';

/** A handler of the native route of this name. */
export type NativeHandler<Name extends keyof NativeRoutes> = Handler<NativeRoutes[Name]>;

/** A call of the native route of this name. */
export type NativeCall<Name extends keyof NativeRoutes> = Call<NativeRoutes[Name]>;
