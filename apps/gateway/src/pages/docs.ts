import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { type Router } from 'express';
import { contextOf } from '../http/request-context.ts';
import { docsScript } from './docs-script.ts';
import { favicon } from './favicon.ts';
import { problemCss } from './problem-page.ts';

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tessera API</title>
<link rel="icon" href="/docs/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/swagger-ui-standalone-preset.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

// Everything on the page comes from this server; styles are written into elements by Swagger UI itself.
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/**
 * /docs: Swagger UI over both API descriptions, from files of its npm package, with every request as curl,
 * Python and TypeScript.
 */
export function docsPage(): Router {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const router = express.Router();
  router.use((_request, response, next) => {
    contextOf(response).route = 'docs';
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    next();
  });
  router.get('/', (_request, response) => void response.type('html').send(html));
  router.get('/start.js', (_request, response) => void response.type('js').send(docsScript));
  router.get('/problem.css', (_request, response) => void response.type('css').send(problemCss));
  router.get('/favicon.svg', (_request, response) => void response.type('svg').send(favicon));
  router.get(
    /^\/(?:swagger-ui\.css|swagger-ui-bundle\.js|swagger-ui-standalone-preset\.js|favicon-\d+x\d+\.png)$/,
    express.static(folder, { index: false, maxAge: '1h' }),
  );
  return router;
}
