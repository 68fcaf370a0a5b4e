import { before, type Toy } from './toy.ts';

/** A dialect whose one route greets. */
export const dialect: Toy = {
  kind: 'A dialect',
  files: {
    'packages/dialects/src/toy/dialect.ts': () => `import { z } from 'zod';
import { jsonReply } from '../dialect.ts';
import { type Dialect, defineRoutes } from '../routes/route.ts';

const greeting = z.object({ hello: z.string() });
const routes = defineRoutes({
  greet: {
    methods: ['GET'],
    path: '/greetings/{name}',
    role: null,
    summary: 'Greets.',
    tag: 'greetings',
    replies: { 200: { text: 'A greeting.', schema: greeting } },
  },
});
export type ToyRoutes = typeof routes;

export const toyDialect: Dialect<ToyRoutes> = {
  name: 'toy',
  path: '/toy',
  routes,
  parameters: { name: { description: 'Who is greeted.', example: 'Anna' } },
  encodeError: (error) => jsonReply(error.row.status, { toy: error.message }),
  page: {
    title: 'Toy',
    description: 'Greets.',
    tags: { greetings: 'Greetings.' },
    schemas: { Greeting: greeting },
    error: { schema: z.object({ toy: z.string() }), type: 'application/json' },
  },
};
`,
    'packages/dialects/src/index.ts': (old) =>
      before(
        old,
        'export type { Feature',
        "export { type ToyRoutes, toyDialect } from './toy/dialect.ts';\n",
      ),
    'apps/gateway/src/toy/handlers.ts': () => `import { jsonReply, type ToyRoutes } from '@tessera/dialects';
import type { Handlers } from '../serve-dialect.ts';

export function toyHandlers(): Handlers<ToyRoutes> {
  return { greet: ({ parameters }) => jsonReply(200, { hello: parameters.name }) };
}
`,
    'apps/gateway/src/app.ts': (old) =>
      before(
        before(
          old,
          '  app.use(healthRoutes(deps));',
          '  serveDialect(app, { dialect: toyDialect, handlers: toyHandlers() }, parts);\n',
        ).replace('{ nativeDialect, squareDialect }', '{ nativeDialect, squareDialect, toyDialect }'),
        '\n/** The gateway',
        "import { toyHandlers } from './toy/handlers.ts';\n",
      ),
  },
  proof: `
import { createApp } from './apps/gateway/dist/app.js';
const silent = { info() {}, warn() {}, error() {}, debug() {}, child: () => silent };
const nothing = new Proxy(() => nothing, { get: (_, name) => (name === Symbol.toPrimitive ? () => 100 : nothing) });
const deps = new Proxy({ log: silent, maxBodyBytes: 1000, maxOpenRequests: 9, maxEventStreams: 9 }, { get: (known, name) => known[name] ?? nothing });
const server = createApp(deps).listen(0, '127.0.0.1', async () => {
  const reply = await fetch('http://127.0.0.1:' + server.address().port + '/toy/greetings/Anna');
  const text = await reply.text();
  server.close();
  if (text !== '{"hello":"Anna"}') throw new Error(text);
});
`,
};
