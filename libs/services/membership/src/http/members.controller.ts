import { Body, Controller, Get, Header, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { memberId } from '@tessera/contracts';
import { decodeCursor, type Page, pageQuery, toPage } from '@tessera/platform-http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ImportedItem, ImportMembers } from '../import-members.js';
import { newMember, toProfile } from '../new-member.js';
import type { ListedMember } from '../persistence/members.js';
import { type MemberDetails, ReadMember } from '../read-member.js';
import { ReadMembers } from '../read-members.js';
import { type MemberTier, ReadTier } from '../read-tier.js';
import { RegisterMembers } from '../register-members.js';
import { importAnswer, importRequest, memberDetails, memberPage, memberTier, registration } from './members.schemas.js';
import { maySeeContacts } from './may-see-contacts.js';

const membersQuery = pageQuery.extend({
  tier: z.string().min(1).max(64).optional().describe('only members who are in this tier now'),
});

@ApiTags('members')
@Controller('members')
export class MembersController {
  constructor(
    private readonly registerMembers: RegisterMembers,
    private readonly importMembers: ImportMembers,
    private readonly readMember: ReadMember,
    private readonly readMembers: ReadMembers,
    private readonly readTier: ReadTier,
  ) {}

  /** 201 for a new member, 200 for one who is a member already: sending it again does no harm. 409 for one who was erased. */
  @Post()
  @ApiCreatedResponse({ standardSchema: registration })
  async register(
    @Body({ schema: newMember }) body: z.infer<typeof newMember>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ memberId: string; registeredAt: Date }> {
    const { isNew, ...registered } = await this.registerMembers.one(body.memberId, toProfile(body));
    void reply.status(isNew ? 201 : 200);
    return registered;
  }

  /** Up to 1,000 at once, with an answer for each; a bad item keeps no other from being registered. */
  @Post('import')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: importAnswer })
  async import(
    @Body({ schema: importRequest }) { members }: z.infer<typeof importRequest>,
  ): Promise<{ results: readonly ImportedItem[] }> {
    return { results: await this.importMembers.run(members) };
  }

  /** In the order of their ids. */
  @Get()
  @ApiOkResponse({ standardSchema: memberPage })
  async list(@Query({ schema: membersQuery }) query: z.infer<typeof membersQuery>): Promise<Page<ListedMember>> {
    const after = decodeCursor(memberId, query.cursor) ?? null;
    const found = await this.readMembers.list({ limit: query.limit + 1, after, tier: query.tier ?? null });
    return toPage(found, query.limit, { item: (one) => one, position: (one) => one.memberId });
  }

  /** With the contact only for tokens that may write: what merely reads has no need of personal data. */
  @Get(':memberId')
  @Header('cache-control', 'no-store')
  @ApiOkResponse({ standardSchema: memberDetails })
  show(@Param('memberId', { schema: memberId }) id: string, @Req() request: FastifyRequest): Promise<MemberDetails> {
    return this.readMember.one(id, { withContact: maySeeContacts(request) });
  }

  /** Tier, benefits, progress to the next one, and the whole history, as of now. */
  @Get(':memberId/tier')
  @ApiOkResponse({ standardSchema: memberTier })
  tier(@Param('memberId', { schema: memberId }) id: string): Promise<MemberTier> {
    return this.readTier.of(id);
  }
}
