import type { WireResponse } from '@tessera/dialects';
import type { Request, Response } from 'express';
import type { Identity } from '../access.ts';
import type { RouteKind, SquareRoute } from './match-path.ts';

/** The member of SquareRoute whose kinds include K. */
export type RouteOf<K extends RouteKind> = SquareRoute extends infer R
  ? R extends { readonly kind: RouteKind }
    ? K extends R['kind']
      ? R
      : never
    : never
  : never;

/** One request on a SQuARE route, authorised and read. */
export interface SquareCall<K extends RouteKind> {
  readonly route: RouteOf<K>;
  readonly identity: Identity;
  readonly request: Request;
  readonly response: Response;
}

export type SquareHandler<K extends RouteKind> = (
  call: SquareCall<K>,
) => WireResponse | Promise<WireResponse>;

export type SquareHandlers = { readonly [K in RouteKind]: SquareHandler<K> };
