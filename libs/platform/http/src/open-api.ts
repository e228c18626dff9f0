import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
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
  SwaggerModule.setup(paths.ui.slice(1), app, () => withProblems(SwaggerModule.createDocument(app, config)), {
    jsonDocumentUrl: paths.json.slice(1),
    raw: ['json'],
  });
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'] as const;

/** Every route may answer with a problem; said here once instead of at each. */
function withProblems(document: OpenAPIObject): OpenAPIObject {
  const { $schema: _dialect, $defs, ...schema } = z.toJSONSchema(problem, { target: 'openapi-3.0' });
  const schemas = { Problem: schema, ...$defs };
  const text = JSON.stringify(schemas).replaceAll('#/$defs/', '#/components/schemas/');
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, ...(JSON.parse(text) as SchemaMap) },
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
