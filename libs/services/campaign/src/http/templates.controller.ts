import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { decodeCursor, type Page, type PageQuery, toPage } from '@tessera/platform-http';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { EditTemplate } from '../edit-template.js';
import type { Template } from '../persistence/templates.repository.js';
import { ReadCampaigns } from '../read-campaigns.js';
import { TryTemplate } from '../try-template.js';
import {
  listQuery,
  previewAnswer,
  previewRequest,
  templateAnswer,
  templateDraft,
  templateId,
  templatePage,
  testAnswer,
  testRequest,
} from './campaign.schemas.js';

@ApiTags('templates')
@Controller('templates')
export class TemplatesController {
  constructor(
    private readonly read: ReadCampaigns,
    private readonly editTemplate: EditTemplate,
    private readonly tryTemplate: TryTemplate,
  ) {}

  /** Templates by id, each in its version in force. */
  @Get()
  @ApiOkResponse({ standardSchema: templatePage })
  async list(@Query({ schema: listQuery }) { limit, cursor }: PageQuery): Promise<Page<Template>> {
    const after = decodeCursor(templateId, cursor);
    const found = await this.read.listTemplates({ limit: limit + 1, ...(after && { after }) });
    return toPage(found, limit, { item: (one) => one, position: (one) => one.template });
  }

  @Get(':template')
  @ApiOkResponse({ standardSchema: templateAnswer })
  one(@Param('template', { schema: templateId }) id: string): Promise<Template> {
    return this.read.template(id);
  }

  /** Writes the next version (200), or the first (201). What is no valid Liquid is 422, with part and line. */
  @Put(':template')
  @ApiCreatedResponse({ standardSchema: templateAnswer })
  @ApiOkResponse({ standardSchema: templateAnswer })
  async put(
    @Param('template', { schema: templateId }) id: string,
    @Body({ schema: templateDraft }) draft: z.infer<typeof templateDraft>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Template> {
    const { template, isNew } = await this.editTemplate.run(id, draft);
    reply.status(isNew ? 201 : 200);
    return template;
  }

  /** What this member would get now. */
  @Post(':template/preview')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: previewAnswer })
  preview(
    @Param('template', { schema: templateId }) id: string,
    @Body({ schema: previewRequest }) { memberId }: z.infer<typeof previewRequest>,
  ): Promise<z.infer<typeof previewAnswer>> {
    return this.tryTemplate.preview(id, memberId);
  }

  /** Sends what this member would get to an address of the operator's own; no ledger knows of it. */
  @Post(':template/test')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: testAnswer })
  test(
    @Param('template', { schema: templateId }) id: string,
    @Body({ schema: testRequest }) { memberId, to }: z.infer<typeof testRequest>,
  ): Promise<z.infer<typeof testAnswer>> {
    return this.tryTemplate.send(id, memberId, to);
  }
}
