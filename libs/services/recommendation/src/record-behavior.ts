import { Injectable } from '@nestjs/common';
import type { BehaviorRecorded } from '@tessera/contracts';
import type { Batch } from '@tessera/platform-messaging';
import { Subjects } from '@tessera/platform-messaging';
import { isSignalKind } from './domain/model.js';
import { ErasedRepository } from './persistence/erased.repository.js';
import { type NewSignal, opensAt, SignalsRepository } from './persistence/signals.repository.js';
import { ScheduleLists } from './schedule-lists.js';

const DAY_MS = 86_400_000;

/** Keeps signals about articles that are still in their window, and has the lists of their members made anew. */
@Injectable()
export class RecordBehavior {
  constructor(
    private readonly subjects: Subjects,
    private readonly signals: SignalsRepository,
    private readonly erased: ErasedRepository,
    private readonly scheduleLists: ScheduleLists,
  ) {}

  async run(batch: Batch<BehaviorRecorded>): Promise<void> {
    const signals = inTime(batch).flatMap(({ source, id, data }): readonly NewSignal[] => {
      const { memberId, kind, sku, occurredAt } = data;
      return sku !== undefined && isSignalKind(kind) ? [{ source, id, memberId, sku, kind, occurredAt }] : [];
    });
    const locked = await this.subjects.lock(
      batch.tx,
      signals.map(({ memberId }) => memberId),
    );
    const opens = opensAt(locked.now).getTime();
    const erased = await this.erased.among(batch.tx, locked.ids);
    const effective = signals.filter(
      ({ memberId, occurredAt }) => Date.parse(occurredAt) > opens && !erased.has(memberId),
    );
    await this.signals.record(batch.tx, effective, locked.now);
    await this.scheduleLists.run(batch.tx, locked);
  }
}

/** Signals dated more than 24 h after the log took them are refused, as facts are. */
function inTime(batch: Batch<BehaviorRecorded>): Batch<BehaviorRecorded>['events'] {
  return batch.events.filter((event) => {
    const { occurredAt } = event.data;
    if (Date.parse(occurredAt) <= event.appendedAt.getTime() + DAY_MS) return true;
    const detail = `dated ${occurredAt}, more than 24 h after it was received (${event.appendedAt.toISOString()})`;
    batch.refuse(event, { code: 'too-far-ahead', detail });
    return false;
  });
}
