import { AppError } from '@tessera/base';
import {
  type Dialect,
  type Method,
  matchRoutes,
  type ParametersOf,
  type Route,
  type Routes,
  type WireResponse,
} from '@tessera/dialects';
import type { Express, Request, RequestHandler, Response } from 'express';
import { type Identity, localIdentity, nobody } from './access.ts';
import type { GatewayDeps } from './gateway-deps.ts';
import { contextOf, identityOf } from './http/request-context.ts';
import { send } from './http/send.ts';
import { authenticate, checkRole } from './middleware/auth.ts';
import { jsonBody, requireJson } from './middleware/json-body.ts';
import { countedAs, type OpenRequests } from './middleware/open-requests.ts';

/** One request on a route, its sender known and its body read. */
export interface Call<R extends Route = Route> {
  readonly parameters: ParametersOf<R>;
  readonly identity: Identity;
  readonly request: Request;
  readonly response: Response;
}

/** Answers a call; null when it has written the answer itself. */
export type Handler<R extends Route = Route> = (
  call: Call<R>,
) => WireResponse | null | Promise<WireResponse | null>;

/** A handler for every route of a dialect, under the route's name. */
export type Handlers<R extends Routes> = { readonly [Name in keyof R]: Handler<R[Name]> };

/** What all dialects share: one count per caller, whatever it speaks. */
export interface ServeParts {
  readonly deps: GatewayDeps;
  readonly limit: RequestHandler;
  readonly open: OpenRequests;
}

/** Mounts a dialect; whatever goes wrong below its path is told in its words. */
export function serveDialect<R extends Routes>(
  app: Express,
  { dialect, handlers }: { readonly dialect: Dialect<R>; readonly handlers: Handlers<R> },
  parts: ServeParts,
): void {
  const answer = answerRoutes(dialect, handlers, parts);
  app.use(dialect.path, async (request, response) => {
    contextOf(response).encodeError = dialect.encodeError;
    await answer(request, response);
  });
}

/** Match the path, let in, read the body, hand over: all from the route's record. */
function answerRoutes<R extends Routes>(
  dialect: Dialect<R>,
  handlers: Handlers<R>,
  { deps, limit, open }: ServeParts,
): (request: Request, response: Response) => Promise<void> {
  const match = matchRoutes(dialect);
  const identify = authenticate(deps);
  const readBody = jsonBody(deps.maxBodyBytes);

  // One handler and not a router's chain: that costs more than everything else the gateway does with a poll.
  return async (request, response) => {
    const context = contextOf(response);
    const found = match(request.path, () => request.query);
    if (!found) throw new AppError('ROUTE_UNKNOWN');
    const name = found.routes.get((request.method === 'HEAD' ? 'GET' : request.method) as Method);
    if (name === undefined) {
      response.setHeader('Allow', [...found.routes.keys()].join(', '));
      throw new AppError('METHOD_NOT_ALLOWED');
    }
    context.route = `${dialect.name}:${name}`;
    const { role, body } = dialect.routes[name]!;
    if (role !== null) {
      await passing(identify, request, response);
      checkRole(response, role);
      await passing(limit, request, response);
      open.enter(countedAs(identityOf(response), request.socket.remoteAddress), response);
    }
    if (body) {
      if (context.identity === localIdentity) requireJson(request);
      await passing(readBody, request, response);
    }
    const call = {
      // The matcher gives what the path of this route says, which the compiler cannot see through a name.
      parameters: found.parameters as ParametersOf<R[typeof name]>,
      identity: context.identity ?? nobody,
      request,
      response,
    };
    const reply = await handlers[name](call);
    if (reply) send(response, reply);
  };
}

/** Resolves when a middleware lets the request pass; rejects with what it throws or hands on. */
function passing(middleware: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (error?: unknown): void => (error ? reject(error) : resolve());
    const returned: unknown = middleware(request, response, next);
    if (returned instanceof Promise) returned.catch(reject);
  });
}
