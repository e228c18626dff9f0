import { Injectable } from '@nestjs/common';
import type { ProgramPublished } from '@tessera/contracts';
import { programAt, Programs } from '@tessera/purchases';
import { DataSource } from 'typeorm';
import { databaseNow } from './database-clock.js';
import { ProgramUnknown } from './domain/errors.js';

@Injectable()
export class ReadPrograms {
  constructor(
    private readonly dataSource: DataSource,
    private readonly programs: Programs,
  ) {}

  /** All versions in order, those dated ahead included. */
  all(): Promise<readonly ProgramPublished[]> {
    return this.programs.read(this.dataSource.manager);
  }

  /** The version in force now. Throws `ProgramUnknown`. */
  async current(): Promise<ProgramPublished> {
    const current = programAt(await this.all(), await databaseNow(this.dataSource.manager));
    if (!current) throw new ProgramUnknown();
    return current;
  }
}
