import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { serveDocumentationPage } from './documentation-page.js';
import { PROBLEM_MEDIA_TYPE, problem } from './problem.js';

export type OpenApiOptions = Readonly<{ service: string; version: string; description: string }>;

/** Paths of a service's documentation, which is served to everyone. */
export const documentationPaths = (service: string) =>
  ({ ui: `/${service}/v1/docs`, json: `/${service}/v1/openapi.json` }) as const;

/** Describes the routes as their zod schemas state them, at `/<service>/v1/openapi.json` and, for people, `/docs`. */
export function serveOpenApi(app: NestFastifyApplication, { service, version, description }: OpenApiOptions): void {
  const paths = documentationPaths(service);
  const config = new DocumentBuilder()
    .setTitle(`Tessera ${service}`)
    .setDescription(description)
    .setVersion(version)
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build();
  const http = app.getHttpAdapter().getInstance();
  let document: string | undefined;
  http.get(paths.json, (_request, reply) => {
    document ??= JSON.stringify(withProblems(SwaggerModule.createDocument(app, config)));
    return reply.type('application/json; charset=utf-8').send(document);
  });
  serveDocumentationPage(http, paths, `Tessera ${service}`);
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'] as const;

/** Every route may answer with a problem; said here once instead of at each. */
function withProblems(document: OpenAPIObject): OpenAPIObject {
  const { definitions } = z.toJSONSchema(problem, { target: 'openapi-3.0', io: 'input' });
  const schemas = JSON.stringify(definitions).replaceAll('#/definitions/', '#/components/schemas/');
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, ...(JSON.parse(schemas) as SchemaMap) },
  };
  for (const path of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = path[method];
      if (operation) operation.responses['default'] ??= problemResponse;
    }
  }
  return document;
}

type SchemaMap = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

const problemResponse = {
  description: 'What is wrong (RFC 9457)',
  content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
};
