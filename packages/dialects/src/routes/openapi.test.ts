import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { nativeDialect, squareDialect } from '../index.ts';
import { openApiDocument } from './openapi.ts';
import type { Dialect } from './route.ts';

const dialects: [string, Dialect][] = [
  ['native', nativeDialect],
  ['square', squareDialect],
];

describe.each(dialects)('the OpenAPI document of the %s dialect', (_, dialect) => {
  const document = openApiDocument(dialect, { version: '0.0.0' });
  // biome-ignore lint/suspicious/noExplicitAny: a document is walked.
  const { paths, components } = document as any;
  // biome-ignore lint/suspicious/noExplicitAny: a document is walked.
  const operations: [string, any][] = Object.entries<any>(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, unknown] => [`${method} ${path}`, operation]),
  );

  it('passes the linter', async () => {
    const config = await createConfig({
      extends: ['recommended'],
      rules: {
        // A heartbeat and a document have no way to go wrong that is the caller's fault.
        'operation-4xx-response': 'off',
        // SQuARE's own paths: a model and a word can stand in the same place; the word wins.
        'no-ambiguous-paths': dialect === squareDialect ? 'off' : 'error',
      },
    });
    const problems = await lintFromString({ source: JSON.stringify(document), config });
    expect(problems.map(({ message, location }) => [message, location[0]?.pointer])).toEqual([]);
  });

  it('has an example for every request', () => {
    for (const [name, { requestBody }] of operations)
      if (requestBody)
        expect([name, Object.keys(requestBody.content['application/json'].examples).length > 0]).toEqual([
          name,
          true,
        ]);
  });

  it('examples are what the schemas take', () => {
    for (const [name, route] of Object.entries(dialect.routes))
      for (const example of Object.values(route.body?.examples ?? {}))
        expect([name, route.body?.schema.safeParse(example).error?.message]).toEqual([name, undefined]);
  });

  it('describes every property and every parameter', () => {
    const nameless: string[] = [];
    const walk = (schema: unknown, at: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const record = schema as Record<string, unknown>;
      for (const [name, property] of Object.entries((record.properties ?? {}) as object)) {
        const described = property as { description?: string; $ref?: string };
        if (!described.description && !described.$ref) nameless.push(`${at}.${name}`);
      }
      for (const [key, value] of Object.entries(record))
        if (key !== 'examples' && key !== 'default') walk(value, `${at}.${key}`);
    };
    walk(components.schemas, 'components');
    walk(paths, 'paths');
    for (const [name, { parameters }] of operations)
      for (const parameter of parameters)
        if (!parameter.description) nameless.push(`${name} ${parameter.name}`);
    expect(nameless).toEqual([]);
  });

  it('says what happens without a key, over a limit, and while the database is away', () => {
    for (const [name, { responses, security }] of operations)
      if (!security)
        expect([name, Object.keys(responses)]).toEqual([
          name,
          expect.arrayContaining(['401', '403', '429', '500', '503']),
        ]);
  });
});
