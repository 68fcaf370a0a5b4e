export { type Match, type MatchRoute, matchRoutes } from './match-route.ts';
export { openApiDocument } from './openapi.ts';
export type {
  Dialect,
  Method,
  ParametersOf,
  PathParameter,
  Reply,
  Route,
  Routes,
} from './route.ts';
