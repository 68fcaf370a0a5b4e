import { AppError, type ErrorCode, errorCatalogue } from '@tessera/base';
import type { JsonObject } from '@tessera/contracts';
import { z } from 'zod';
import type { Dialect, PathParameter, Reply, Route } from './route.ts';

type JsonRecord = Record<string, unknown>;

/** An OpenAPI 3.1 document of everything a dialect's routes say; every schema in it comes from zod. */
export function openApiDocument(dialect: Dialect, options: { readonly version: string }): JsonObject {
  const { page, routes } = dialect;
  const schemas = schemasOf(page.schemas);
  const describe = operationOf(dialect, schemas);
  const paths: Record<string, JsonRecord> = {};
  for (const route of Object.values(routes))
    for (const written of [route.path, ...(route.otherPaths ?? [])])
      for (const spelling of spellingsOf(dialect.path + written, dialect)) {
        const item = (paths[spelling.path] ??= {});
        for (const method of route.methods)
          item[method.toLowerCase()] = describe(route, { method: method.toLowerCase(), ...spelling });
      }
  const document = {
    openapi: '3.1.0',
    info: {
      title: page.title,
      version: options.version,
      description: page.description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The server that this document comes from.' }],
    tags: Object.entries(page.tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: schemas.components,
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key of TESSERA_API_KEYS or of POST /v1/keys; none is needed while there is none.',
        },
      },
    },
    security: [{}, { key: [] }],
  };
  // Through its text: what is undefined goes, as it will when the document is sent.
  return JSON.parse(JSON.stringify(document)) as JsonObject;
}

/**
 * A path as it is described: parameters that may have an owner as both of their forms, those with few values
 * as each of them.
 */
interface Spelling {
  readonly path: string;
  readonly parameters: readonly JsonRecord[];
  /** The value of a parameter that was written out. */
  readonly value: string | null;
}

function spellingsOf(written: string, dialect: Dialect): Spelling[] {
  let found: Spelling[] = [{ path: written, parameters: [], value: null }];
  for (const [braces, name] of written.matchAll(/\{(\w+)\}/g)) {
    const parameter = dialect.parameters[name!]!;
    found = found.flatMap((spelling) => withParameter(spelling, { braces, name: name!, parameter }));
  }
  return found;
}

function withParameter(
  { path, parameters, value }: Spelling,
  asked: { readonly braces: string; readonly name: string; readonly parameter: PathParameter },
): Spelling[] {
  const { braces, name, parameter } = asked;
  const { values, owner, description, example } = parameter;
  if (values) return values.map((one) => ({ path: path.replace(braces, one), parameters, value: one }));
  const here = inPath(name, { description, example });
  if (!owner?.inQuery) return [{ path, parameters: [...parameters, here], value }];
  const text = 'The part of the name before its slash.';
  const query = { name: owner.name, in: 'query', description: text, schema: { type: 'string' } };
  return [
    { path, parameters: [...parameters, here, query], value },
    {
      path: path.replace(braces, `{${owner.name}}/${braces}`),
      parameters: [...parameters, inPath(owner.name, { description: text, example: 'tessera' }), here],
      value,
    },
  ];
}

function inPath(name: string, { description, example }: Pick<PathParameter, 'description' | 'example'>) {
  return { name, in: 'path', required: true, description, example, schema: { type: 'string' } };
}

function operationOf(dialect: Dialect, { inPlace }: Schemas) {
  const replyOf = ({ text, schema, type = 'application/json', also = {} }: Reply): JsonRecord => ({
    description: text,
    ...(schema
      ? {
          content: Object.fromEntries(
            Object.entries({ [type]: schema, ...also }).map(([media, own]) => [
              media,
              { schema: inPlace(own) },
            ]),
          ),
        }
      : {}),
  });

  return (route: Route, { method, path, parameters, value }: Spelling & { readonly method: string }) => ({
    operationId: `${method}${path.replace(/\W+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary: value === null ? route.summary : `${route.summary}: ${value.replaceAll('-', ' ')}`,
    tags: [route.tag],
    ...(route.role === null ? { security: [] } : {}),
    parameters: distinct([...parameters, ...queriesOf(route, inPlace), ...headersOf(route)]),
    ...(route.body
      ? {
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: inPlace(route.body.schema),
                examples: Object.fromEntries(
                  Object.entries(route.body.examples).map(([name, example]) => [name, { value: example }]),
                ),
              },
            },
          },
        }
      : {}),
    responses: Object.fromEntries(
      Object.entries({ ...refusalsOf(route, dialect), ...route.replies }).map(([status, reply]) => [
        status,
        replyOf(reply),
      ]),
    ),
  });
}

/** What can go wrong on every route that asks who is there, and on every route that reads a body. */
const everywhere = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'FOREIGN_PAGE',
  'RATE_LIMITED',
  'TOO_MANY_OPEN',
  'SERVICE_UNAVAILABLE',
  'INTERNAL',
] as const satisfies readonly ErrorCode[];
const withBody = [
  'BODY_NOT_JSON',
  'BODY_TOO_LARGE',
  'JSON_REQUIRED',
  'INPUT_INVALID',
] as const satisfies readonly ErrorCode[];

/** The refusals of a route by the status its dialect gives them. */
function refusalsOf(route: Route, { encodeError, page }: Dialect): Readonly<Record<number, Reply>> {
  const codes: readonly ErrorCode[] = [
    ...(route.role === null ? [] : everywhere),
    ...(route.body ? withBody : []),
    ...(route.errors ?? []),
  ];
  const texts = new Map<number, Set<string>>();
  for (const code of new Set(codes))
    for (const reason of code === 'UNAUTHENTICATED' ? ['missing', 'invalid'] : ['']) {
      const { status } = encodeError(new AppError(code, { detail: { reason } }), '');
      texts.set(status, (texts.get(status) ?? new Set()).add(`${code}: ${errorCatalogue[code].text}`));
    }
  return Object.fromEntries(
    [...texts].map(([status, lines]) => [
      status,
      { text: [...lines].join('\n\n'), schema: page.error.schema, type: page.error.type },
    ]),
  );
}

function queriesOf({ query }: Route, inPlace: Schemas['inPlace']): JsonRecord[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const { description, ...rest } = inPlace(schema as z.ZodType);
    return { name, in: 'query', description, schema: rest };
  });
}

function headersOf({ headers = {} }: Route): JsonRecord[] {
  return Object.entries(headers)
    .filter(([name]) => name !== 'Accept')
    .map(([name, description]) => ({ name, in: 'header', description, schema: { type: 'string' } }));
}

/** A query that completes a path may be one that the route names itself; a place says it once. */
function distinct(parameters: readonly JsonRecord[]): JsonRecord[] {
  return [...new Map(parameters.map((one) => [`${one.in} ${one.name}`, one])).values()];
}

/** Schemas as JSON: the named ones under components, and whatever stands in place refers to those. */
interface Schemas {
  readonly components: JsonRecord;
  inPlace(schema: z.ZodType): JsonRecord;
}

function schemasOf(named: Dialect['page']['schemas']): Schemas {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  // A schema in place keeps its descriptions, which zod's own registry has, and names the others, which ours
  // has.
  const described = z.registry<z.core.GlobalMeta>();
  described.get = (schema) => ({ ...z.globalRegistry.get(schema), ...registry.get(schema) });
  // What a caller may send, or gets: defaults make a member optional.
  const options = { io: 'input', unrepresentable: 'any' } as const;
  const uri = (id: string): string => `#/components/schemas/${id}`;
  const { schemas } = z.toJSONSchema(registry, { ...options, uri });
  return {
    components: Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema)])),
    inPlace(schema) {
      const id = registry.get(schema)?.id;
      if (id !== undefined) return { $ref: uri(id) };
      const text = JSON.stringify(bare(z.toJSONSchema(schema, { ...options, metadata: described })));
      return JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonRecord;
    },
  };
}

/** Without what only a schema that stands alone needs. */
function bare({ $schema, $id, $defs, id, ...rest }: JsonRecord): JsonRecord {
  return rest;
}
