import { type ArgumentMetadata, StandardSchemaValidationPipe } from '@nestjs/common';
import { RequestInvalid } from './errors.js';
import type { Issue } from './problem.js';

type Path = readonly (PropertyKey | { readonly key: PropertyKey })[];

/** Enough to mend a request by; a batch of a thousand wrong items would answer with megabytes. */
const ISSUES_MAX = 500;

/** Checks `@Body({ schema })`, `@Query({ schema })` and `@Param('id', { schema })`; the handler gets what the schema made of it. */
export class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({
      exceptionFactory: (issues) =>
        new RequestInvalid(
          issues.slice(0, ISSUES_MAX).map(({ path, message }) => ({ path: pathText(path ?? []), reason: message })),
        ),
    });
  }

  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    try {
      return await super.transform<T>(value, metadata);
    } catch (error) {
      if (!(error instanceof RequestInvalid) || metadata.data === undefined) throw error;
      const name = metadata.data;
      throw new RequestInvalid(error.issues.map((issue) => ({ ...issue, path: joined(name, issue.path) })));
    }
  }
}

/** `lines[2].quantity`, as one would write it in code. */
export function pathText(path: Path): string {
  let text = '';
  for (const segment of path) {
    const key = typeof segment === 'object' ? segment.key : segment;
    text = typeof key === 'number' ? `${text}[${key}]` : joined(text, String(key));
  }
  return text;
}

export function zodIssues(issues: readonly { readonly path: Path; readonly message: string }[]): Issue[] {
  return issues.map(({ path, message }) => ({ path: pathText(path), reason: message }));
}

const joined = (before: string, after: string): string =>
  before === '' || after === '' || after.startsWith('[') ? before + after : `${before}.${after}`;
