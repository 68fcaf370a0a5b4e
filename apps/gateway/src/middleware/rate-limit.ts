import { AppError } from '@tessera/base';
import type { RequestHandler } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { GatewayDeps } from '../gateway-deps.ts';
import { identityOf } from '../http/request-context.ts';
import { countedAs } from './open-requests.ts';

const windowSeconds = 60;

/**
 * Counts a caller's requests in windows of a minute, in this process: behind n gateways a caller gets up to n
 * times its limit. Answers carry RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers).
 * Throws RATE_LIMITED.
 */
export function rateLimit({ requestsPerMinute }: GatewayDeps): RequestHandler {
  const limiters = new Map<number, RateLimiterMemory>();
  return async (request, response, next) => {
    const identity = identityOf(response);
    const limit = identity.requestsPerMinute ?? requestsPerMinute;
    if (limit === null) return next();
    let limiter = limiters.get(limit);
    if (!limiter) {
      limiter = new RateLimiterMemory({ points: limit, duration: windowSeconds });
      limiters.set(limit, limiter);
    }
    const key = countedAs(identity, request.socket.remoteAddress);
    const state = await limiter.consume(key).catch((refused: unknown) => {
      if (refused instanceof RateLimiterRes) return refused;
      throw refused;
    });
    const seconds = Math.max(1, Math.ceil(state.msBeforeNext / 1000));
    response.setHeader('RateLimit-Policy', `"caller";q=${limit};w=${windowSeconds}`);
    response.setHeader('RateLimit', `"caller";r=${Math.max(0, state.remainingPoints)};t=${seconds}`);
    if (state.consumedPoints > limit) throw new AppError('RATE_LIMITED', { detail: { seconds } });
    next();
  };
}
