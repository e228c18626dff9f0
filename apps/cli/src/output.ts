import { writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import { type Command } from 'commander';
import { UsageError } from './failures.js';

export type JsonOption = Readonly<{ json?: string }>;

export function withJson(command: Command): Command {
  return command.option(
    '--json <file>',
    'also write the figures to this file; - writes them to standard output instead',
  );
}

/** Text for people, or with `--json` the same as JSON: beside it in a file, in place of it with `-`. */
export function print(text: string, data: unknown, { json }: JsonOption): void {
  if (json !== '-') process.stdout.write(`${text}\n`);
  if (json !== undefined) writeJson(json, data);
}

function writeJson(file: string, data: unknown): void {
  const text = `${JSON.stringify(data, null, 2)}\n`;
  if (file === '-') {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${(error as Error).message}.`);
  }
}

export type Cell = string | number | boolean | null | undefined;

const PLAIN = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };

export function table(head: readonly string[], body: readonly (readonly Cell[])[]): string {
  if (body.length === 0) return 'None.';
  const drawn = new Table({ head: [...head], style: { head: [], border: [] }, chars: PLAIN });
  for (const row of body) drawn.push(row.map((cell) => String(cell ?? '-')));
  return drawn.toString();
}
