import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

const MEDIA_TYPES = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
} as const;

type Asset = keyof typeof MEDIA_TYPES;

const loaded = new Map<Asset, Promise<Buffer>>();

/** The viewer comes with Nest's OpenAPI package, and is found from there. */
function load(asset: Asset): Promise<Buffer> {
  const nest = createRequire(import.meta.url).resolve('@nestjs/swagger');
  const folder = dirname(createRequire(nest).resolve('swagger-ui-dist/package.json'));
  const content = loaded.get(asset) ?? readFile(join(folder, asset));
  loaded.set(asset, content);
  return content;
}

/**
 * The documentation for people: one page that shows the document at `json`. Served by three routes of our own, because the
 * usual static-file plugin ends the process where it cannot be loaded.
 */
export function serveDocumentationPage(
  http: FastifyInstance,
  paths: { ui: string; json: string },
  title: string,
): void {
  const page = pageOf(title, paths);
  http.get(paths.ui, (_request, reply) => reply.type('text/html; charset=utf-8').send(page));
  for (const asset of Object.keys(MEDIA_TYPES) as Asset[]) {
    http.get(`${paths.ui}/${asset}`, async (_request, reply) =>
      reply
        .type(MEDIA_TYPES[asset])
        .header('cache-control', 'public, max-age=86400')
        .send(await load(asset)),
    );
  }
}

const pageOf = (title: string, { ui, json }: { ui: string; json: string }): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <link rel="stylesheet" href="${ui}/swagger-ui.css" />
  </head>
  <body>
    <div id="api"></div>
    <script src="${ui}/swagger-ui-bundle.js"></script>
    <script>SwaggerUIBundle({ url: '${json}', dom_id: '#api', deepLinking: true, persistAuthorization: true });</script>
  </body>
</html>
`;
