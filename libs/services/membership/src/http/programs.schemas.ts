import { instant, programPublished } from '@tessera/contracts';
import { pageOf } from '@tessera/platform-http';
import { z } from 'zod';

/** The fields of the contract, which stays the one place that states them; what holds between them is checked on publishing. */
const fields: z.ZodRawShape = programPublished.schema instanceof z.ZodObject ? programPublished.schema.shape : {};

export const program = z.object(fields).meta({ id: 'Program' });

export const programDraft = z
  .strictObject({
    ...fields,
    version: z.int().min(1).optional().describe('the next number, if it is to be published as that one only'),
    inForceFrom: instant
      .nullable()
      .default(null)
      .describe('from when it is in force; null, for version 1 alone, is the beginning of time'),
  })
  .meta({ id: 'ProgramDraft' });

export const programPage = pageOf(program).meta({ id: 'ProgramPage' });
