import { Injectable } from '@nestjs/common';
import { rows } from '@tessera/platform-database';
import { Programs } from '@tessera/purchases';
import { DataSource } from 'typeorm';
import { earningTier, pointsFor } from './domain/dues.js';
import { CurrencyWithoutRate, ProgramMissing } from './domain/errors.js';
import { lotExpiry } from './domain/lot-expiry.js';
import { BooksRepository } from './persistence/books.repository.js';
import { MembersRepository } from './persistence/members.repository.js';
import { currencyOf, programsInForce } from './programs-in-force.js';

export type QuoteRequest = Readonly<{
  memberId: string;
  totalMinor: number;
  currency: string;
  /** The database's clock where the caller names no time. */
  purchasedAt?: string | undefined;
}>;

export type Quote = Readonly<{
  points: number;
  tier: string;
  multiplier: number;
  programVersion: number;
  purchasedAt: string;
  expiresAt: string;
}>;

/**
 * Points that a basket would earn, by the same functions that the books use. A purchase to come stands behind all others of its
 * instant. Throws UnknownMember, MemberErased, ProgramMissing, CurrencyWithoutRate.
 */
@Injectable()
export class QuotePoints {
  constructor(
    private readonly database: DataSource,
    private readonly members: MembersRepository,
    private readonly books: BooksRepository,
    private readonly programs: Programs,
  ) {}

  async run({ memberId, totalMinor, currency, purchasedAt }: QuoteRequest): Promise<Quote> {
    const tx = this.database.manager;
    await this.members.require(tx, memberId);
    const history = await this.books.historyOf(tx, memberId);
    const programs = await this.programs.read(tx);
    const programCurrency = currencyOf(programs);
    const at = purchasedAt === undefined ? await this.now() : new Date(purchasedAt);
    const program = programsInForce(programs)(at);
    if (!program || programCurrency === null) throw new ProgramMissing();
    if (currency !== programCurrency) throw new CurrencyWithoutRate(currency, programCurrency);

    const { tier, multiplier } = earningTier(program, history, { purchasedAt: at });
    return {
      points: pointsFor(program, totalMinor, multiplier),
      tier,
      multiplier,
      programVersion: program.version,
      purchasedAt: at.toISOString(),
      expiresAt: lotExpiry(at, program.lotMonths, program.timeZone).toISOString(),
    };
  }

  private async now(): Promise<Date> {
    const [clock] = await rows<{ now: Date }>(
      this.database.manager,
      `SELECT date_trunc('milliseconds', clock_timestamp()) AS now`,
    );
    return clock?.now ?? new Date(NaN);
  }
}
