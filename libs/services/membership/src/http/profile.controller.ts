import { Body, Controller, Delete, Param, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { memberId } from '@tessera/contracts';
import type { z } from 'zod';
import { ChangeProfile } from '../change-profile.js';
import { type Erasure, EraseMember } from '../erase-member.js';
import { toSaid } from '../new-member.js';
import type { Profile } from '../read-profiles.js';
import { consentsChange, contactChange, eraseQuery, erasure, profile } from './members.schemas.js';

type MemberProfile = Profile & Readonly<{ memberId: string }>;

@ApiTags('members')
@Controller('members/:memberId')
export class ProfileController {
  constructor(
    private readonly changeProfile: ChangeProfile,
    private readonly eraseMember: EraseMember,
  ) {}

  /** Replaces the contact. Sending the same again changes nothing and tells nobody. */
  @Put('contact')
  @ApiOkResponse({ standardSchema: profile })
  async contact(
    @Param('memberId', { schema: memberId }) id: string,
    @Body({ schema: contactChange }) contact: z.infer<typeof contactChange>,
  ): Promise<MemberProfile> {
    return { memberId: id, ...(await this.changeProfile.contact(id, contact)) };
  }

  /** The last word on each channel named: by its date, or said now. */
  @Put('consents')
  @ApiOkResponse({ standardSchema: profile })
  async consents(
    @Param('memberId', { schema: memberId }) id: string,
    @Body({ schema: consentsChange }) { consents }: z.infer<typeof consentsChange>,
  ): Promise<MemberProfile> {
    return { memberId: id, ...(await this.changeProfile.consents(id, toSaid(consents))) };
  }

  /** Erases what is personal of a member, for good; purchases, points and tier stay under the number. */
  @Delete()
  @ApiOkResponse({ standardSchema: erasure })
  erase(
    @Param('memberId', { schema: memberId }) id: string,
    @Query({ schema: eraseQuery }) { dryRun }: z.infer<typeof eraseQuery>,
  ): Promise<Erasure> {
    return this.eraseMember.run(id, dryRun);
  }
}
