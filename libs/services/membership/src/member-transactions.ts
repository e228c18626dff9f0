import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import { type LockedSubjects, Subjects } from '@tessera/platform-messaging';
import { DataSource } from 'typeorm';

/** One transaction that holds the rows of all the members it touches, which every change of a member needs. */
@Injectable()
export class MemberTransactions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly subjects: Subjects,
  ) {}

  run<Result>(
    memberIds: Iterable<string>,
    work: (tx: Transaction, locked: LockedSubjects) => Promise<Result>,
  ): Promise<Result> {
    return this.dataSource.transaction(async (tx) => work(tx, await this.subjects.lock(tx, memberIds)));
  }
}
