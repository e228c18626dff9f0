import { applyDecorators, SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { Scope } from './tokens.js';

export const REQUIRED_SCOPE = 'tessera:scope';

/** The scope a route (or a whole controller) asks for, where it is not the default one. */
export const Scopes = (scope: Scope): MethodDecorator & ClassDecorator => SetMetadata(REQUIRED_SCOPE, scope);

/** Serves everyone, without a token. Kept in the route's own settings, which are known before a body is read. */
export const Public = (): MethodDecorator => applyDecorators(RouteConfig({ isPublic: true }));
