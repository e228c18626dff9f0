import { Injectable } from '@nestjs/common';
import { ReferenceData } from '@tessera/platform-messaging';
import { DataSource } from 'typeorm';
import { UnknownSegment } from './domain/errors.js';
import { DefinitionsRepository } from './persistence/definitions.repository.js';

/** Removes a segment, one of the defaults too. Its members leave it in the background, each with an event. */
@Injectable()
export class RemoveSegment {
  constructor(
    private readonly dataSource: DataSource,
    private readonly definitions: DefinitionsRepository,
    private readonly referenceData: ReferenceData,
  ) {}

  /** Throws `UnknownSegment`. */
  async run(segment: string): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      if (!(await this.definitions.findToChange(tx, segment))) throw new UnknownSegment(segment);
      await this.referenceData.change(tx);
      await this.definitions.remove(tx, segment);
    });
  }
}
