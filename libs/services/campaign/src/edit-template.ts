import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LimitReached } from './domain/errors.js';
import { check, type TemplateParts } from './domain/template.js';
import { type Template, TemplatesRepository } from './persistence/templates.repository.js';

export const TEMPLATES_MAX = 1_000;

export type EditedTemplate = Readonly<{ template: Template; isNew: boolean }>;

/** Writes the next version of a template, the first if there was none. Messages not yet handed over go by it from then on. */
@Injectable()
export class EditTemplate {
  constructor(
    private readonly dataSource: DataSource,
    private readonly templates: TemplatesRepository,
  ) {}

  /** Throws `TemplateInvalid` or `LimitReached`. The same parts again make no other version. */
  async run(templateId: string, parts: TemplateParts): Promise<EditedTemplate> {
    check(parts);
    return this.dataSource.transaction(async (tx) => {
      await this.templates.lock(tx, templateId);
      const present = await this.templates.find(tx, templateId);
      if (present && isDeepStrictEqual(partsOf(present), partsOf(parts))) return { template: present, isNew: false };
      if (!present && (await this.templates.count(tx)) >= TEMPLATES_MAX) {
        throw new LimitReached('templates', TEMPLATES_MAX);
      }
      const template = await this.templates.add(tx, templateId, (present?.version ?? 0) + 1, parts);
      return { template, isNew: !present };
    });
  }
}

const partsOf = ({ subject, text, html }: TemplateParts): TemplateParts => ({ subject, text, html });
