export { type Match, type MatchRoute, matchRoutes } from './match-route.ts';
export { openApiDocument } from './openapi.ts';
export {
  type Dialect,
  defineRoutes,
  type Method,
  type ParametersOf,
  type PathParameter,
  type Reply,
  type Route,
  type Routes,
} from './route.ts';
