import { z } from 'zod';

export const issue = z
  .object({
    path: z.string().describe('where in the input: `lines[2].quantity`; empty for the whole of it'),
    reason: z.string(),
  })
  .meta({ id: 'Issue' });

export type Issue = z.infer<typeof issue>;

/** RFC 9457. `code` is stable and for programs, `detail` for people; `instance` names this one occurrence, in the logs too. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().optional(),
    issues: z.array(issue).optional(),
    instance: z.string().optional(),
  })
  .meta({ id: 'Problem' });

export type Problem = z.infer<typeof problem>;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The title is the code in words, so that it never changes while the code does not. */
export const problemOf = (status: number, code: string, detail?: string, issues?: readonly Issue[]): Problem => ({
  type: `urn:tessera:problem:${code}`,
  title: code.charAt(0).toUpperCase() + code.slice(1).replaceAll('-', ' '),
  status,
  code,
  ...(detail !== undefined && { detail }),
  ...(issues && { issues: [...issues] }),
});
