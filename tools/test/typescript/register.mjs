import { register } from 'node:module';

/** `node --conditions=@tessera/source --import <this file> some.ts` runs TypeScript sources without a build, decorators included. */
register('./hooks.mjs', import.meta.url);
