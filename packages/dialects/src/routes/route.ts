import type { AppError, ErrorCode } from '@tessera/base';
import type { Role } from '@tessera/contracts';
import type { z } from 'zod';
import type { WireResponse } from '../dialect.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One form of an answer that went well. */
export interface Reply {
  readonly text: string;
  readonly schema?: z.ZodType;
  /** Its media type; JSON when left out. */
  readonly type?: string;
  /** Schemas of other forms of the reply, by the media type that `Accept` asks for. */
  readonly also?: Readonly<Record<string, z.ZodType>>;
}

/**
 * Everything there is to say of a route; its handler is found under the same name, which the compiler checks.
 * Matching, the 405 answers, who may come in, the name in metrics and the OpenAPI document all come from
 * here.
 */
export interface Route {
  readonly methods: readonly [Method, ...Method[]];
  /** Below the dialect's own path: "/tasks/{id}". */
  readonly path: string;
  /** Other paths to the same, described as well. */
  readonly otherPaths?: readonly string[];
  /** Paths that are answered for the sake of old clients, and not described. */
  readonly oldPaths?: readonly string[];
  /** Least role that may ask; null lets everybody in, key or not. */
  readonly role: Role | null;
  readonly summary: string;
  readonly tag: string;
  /** What the handler reads of the request's body; what is sent to a route without one is ignored. */
  readonly body?: {
    readonly schema: z.ZodType;
    /** Requests that are accepted as they stand, by what they show. */
    readonly examples: Readonly<Record<string, unknown>>;
  };
  readonly query?: z.ZodObject;
  /** Request headers that change the answer, with what they do. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly replies: Readonly<Record<number, Reply>>;
  /** What can go wrong here beside what can go wrong on every route of its role and body. */
  readonly errors?: readonly ErrorCode[];
}

/** Routes by name; the name is the handler's and the one in metrics. */
export type Routes = Readonly<Record<string, Route>>;

/** A part of a path that is written `{name}`. */
export interface PathParameter {
  readonly description: string;
  readonly example: string;
  /** For a value of one or two parts, owner/name: what the first of two is called. */
  readonly owner?: {
    readonly name: string;
    /** Whether a query of that name stands for it too; the two forms are then described as two paths. */
    readonly inQuery: boolean;
  };
  /** The only values there are. */
  readonly values?: readonly string[];
  /** What the (first) part must look like; else it is another route, or none. */
  readonly test?: (part: string) => boolean;
}

/** One way to talk to the same jobs: a path, the routes below it, and its words for errors. */
export interface Dialect<R extends Routes = Routes> {
  /** First word of the names in metrics. */
  readonly name: string;
  readonly path: string;
  readonly routes: R;
  readonly parameters: Readonly<Record<string, PathParameter>>;
  /** Words that no path which begins with a parameter may begin with. */
  readonly reserved?: ReadonlySet<string>;
  encodeError(error: AppError, requestId: string): WireResponse;
  /** What its OpenAPI document says of it. */
  readonly page: {
    readonly title: string;
    readonly description: string;
    /** What each tag groups. */
    readonly tags: Readonly<Record<string, string>>;
    /** Schemas by the names they get under components. */
    readonly schemas: Readonly<Record<string, z.ZodType>>;
    /** The schema of an error, and the media type it is sent as. */
    readonly error: { readonly schema: z.ZodType; readonly type: string };
  };
}

type NamesIn<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;
type OtherPaths<R extends Route> = R extends { readonly otherPaths: readonly (infer P extends string)[] }
  ? P
  : never;

/** What a route's path says: every parameter of `path`, and those of other paths where they were used. */
export type ParametersOf<R extends Route> = Readonly<Record<NamesIn<R['path']>, string>> &
  Readonly<Partial<Record<NamesIn<OtherPaths<R>>, string>>>;

/** Checks routes without losing the text of their paths, from which the types of their parameters come. */
export function defineRoutes<const R extends Routes>(routes: R): R {
  return routes;
}
