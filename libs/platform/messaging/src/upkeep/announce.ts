import { rows, type Transaction } from '@tessera/platform-database';
import type { DataSource } from 'typeorm';
import type { SubjectRefresh } from '../refresh.js';
import type { Subjects } from '../subjects.js';
import { enter } from './phase.js';

type Parts = Readonly<{
  dataSource: DataSource;
  subjects: Subjects;
  refresh: SubjectRefresh;
  pageSize: number;
}>;

/** Says each state once more, under the new epoch, in the order of the members' ids; where it stopped it goes on. */
export class Announce {
  constructor(private readonly parts: Parts) {}

  /** True when all is said; false when it was stopped before. */
  async run(isStopping: () => boolean): Promise<boolean> {
    while (!isStopping()) if (!(await this.page())) return true;
    return false;
  }

  private page(): Promise<boolean> {
    const { dataSource, subjects, refresh, pageSize } = this.parts;
    return dataSource.transaction(async (tx) => {
      await enter(tx, 'announcing');
      const ids = await nextIds(tx, pageSize);
      const last = ids.at(-1);
      if (last === undefined) return false;

      const locked = await subjects.lock(tx, ids);
      await refresh.refresh(tx, locked);
      locked.assertSettled();
      await rows(tx, 'UPDATE upkeep SET announced = announced + $1, announced_to = $2', [ids.length, last]);
      return true;
    });
  }
}

/** The row of the upkeep is locked: two who announce take turns, and none says a page twice. */
async function nextIds(tx: Transaction, limit: number): Promise<readonly string[]> {
  const [upkeep] = await rows<{ announces: 'all' | 'listed'; announced_to: string | null }>(
    tx,
    'SELECT announces, announced_to FROM upkeep FOR UPDATE',
  );
  const source = upkeep?.announces === 'all' ? 'subjects' : 'upkeep_subjects';
  const found = await rows<{ subject: string }>(
    tx,
    `SELECT subject FROM ${source} WHERE $2::text IS NULL OR subject > $2 ORDER BY subject LIMIT $1`,
    [limit, upkeep?.announced_to ?? null],
  );
  return found.map(({ subject }) => subject);
}
