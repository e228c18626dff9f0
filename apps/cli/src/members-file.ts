import { createReadStream } from 'node:fs';
import { memberId as memberIdSchema } from '@tessera/contracts';
import { CsvError, parse } from 'csv-parse';
import { UsageError } from './failures.js';

/** Different ids in the order of the file, and how many lines repeated one. */
export type MembersFile = Readonly<{ memberIds: readonly string[]; repeated: number }>;

const PROBLEMS_SHOWN = 10;

/** A csv with a column `memberId`; other columns are left alone. Throws UsageError, naming the first bad lines. */
export async function readMembersFile(file: string): Promise<MembersFile> {
  const memberIds = new Set<string>();
  const problems: string[] = [];
  let lines = 0;
  try {
    const parser = createReadStream(file)
      .on('error', (error) => parser.destroy(error))
      .pipe(parse({ bom: true, columns: columnsWithMemberId, info: true, skip_empty_lines: true, trim: true }));
    for await (const { record, info } of parser as AsyncIterable<{
      record: { memberId: string };
      info: { lines: number };
    }>) {
      const id = memberIdSchema.safeParse(record.memberId);
      if (id.success) memberIds.add(id.data);
      else problems.push(`line ${info.lines}: ${JSON.stringify(record.memberId)} ${id.error.issues[0]?.message}`);
      lines += 1;
    }
  } catch (error) {
    throw asUsageError(error, file);
  }
  if (problems.length > 0) {
    const more = problems.length > PROBLEMS_SHOWN ? `\n  and ${problems.length - PROBLEMS_SHOWN} more` : '';
    throw new UsageError(`${file} has bad lines:\n  ${problems.slice(0, PROBLEMS_SHOWN).join('\n  ')}${more}`);
  }
  return { memberIds: [...memberIds], repeated: lines - memberIds.size };
}

function columnsWithMemberId(header: string[]): string[] {
  if (header.includes('memberId')) return header;
  throw new UsageError(`there is no column memberId; the first line has ${header.join(', ')}.`);
}

function asUsageError(error: unknown, file: string): unknown {
  const { code = '', message = '' } = error as Partial<NodeJS.ErrnoException>;
  if (code === 'ENOENT') return new UsageError(`There is no file ${file}.`);
  if (error instanceof UsageError || error instanceof CsvError || code === 'EISDIR' || code === 'EACCES') {
    return new UsageError(`${file}: ${message}`);
  }
  return error;
}
