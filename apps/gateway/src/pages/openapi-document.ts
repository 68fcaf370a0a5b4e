import { z } from 'zod';

/** One operation of an OpenAPI page, written short. */
export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly replies: Readonly<
    Record<
      number,
      {
        readonly text: string;
        readonly schema?: z.ZodType;
        readonly type?: string;
        /** Schemas of other forms of the reply, by the media type that `Accept` asks for. */
        readonly also?: Readonly<Record<string, z.ZodType>>;
      }
    >
  >;
}

interface Page {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly operations: readonly Operation[];
  /** Schemas by the names they get under components. */
  readonly schemas: Readonly<Record<string, z.ZodType>>;
}

type JsonRecord = Record<string, unknown>;

/** An OpenAPI 3.1 document; every schema in it comes from zod. */
export function openApiDocument(page: Page): JsonRecord {
  const names = new Map(Object.entries(page.schemas).map(([name, schema]) => [schema, name]));
  const paths: Record<string, JsonRecord> = {};
  for (const operation of page.operations) {
    paths[operation.path] ??= {};
    paths[operation.path]![operation.method] = describe(operation, names);
  }
  return {
    openapi: '3.1.0',
    info: { title: page.title, version: page.version, description: page.description },
    paths,
    components: {
      schemas: Object.fromEntries(
        Object.entries(page.schemas).map(([name, schema]) => [name, toSchema(schema)]),
      ),
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
    },
    security: [{}, { key: [] }],
  };
}

function describe(operation: Operation, names: ReadonlyMap<z.ZodType, string>): JsonRecord {
  const schemaOf = (schema: z.ZodType): JsonRecord => {
    const name = names.get(schema);
    return name ? { $ref: `#/components/schemas/${name}` } : toSchema(schema);
  };
  const contentOf = (schema: z.ZodType, { type, also }: Operation['replies'][number]): JsonRecord =>
    Object.fromEntries(
      [[type ?? 'application/json', schema] as const, ...Object.entries(also ?? {})].map(([media, own]) => [
        media,
        { schema: schemaOf(own) },
      ]),
    );
  const replies = Object.entries(operation.replies).map(([status, reply]) => [
    status,
    {
      description: reply.text,
      ...(reply.schema ? { content: contentOf(reply.schema, reply) } : {}),
    },
  ]);
  return {
    operationId: `${operation.method}${operation.path.replace(/\W+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary: operation.summary,
    tags: [operation.tag],
    parameters: [
      ...pathParameters(operation.path),
      ...queryParameters(operation),
      ...headerParameters(operation),
    ],
    ...(operation.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(operation.body) } },
          },
        }
      : {}),
    responses: Object.fromEntries(replies),
  };
}

function pathParameters(path: string): JsonRecord[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: Operation): JsonRecord[] {
  if (!query) return [];
  return Object.entries(query.shape).map(([name, schema]) => ({
    name,
    in: 'query',
    schema: toSchema(schema as z.ZodType),
  }));
}

function headerParameters({ headers = {} }: Operation): JsonRecord[] {
  return Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    description,
    schema: { type: 'string' },
  }));
}

/** What a caller may send, or gets: defaults make a member optional. */
function toSchema(schema: z.ZodType): JsonRecord {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonRecord;
  return rest;
}
