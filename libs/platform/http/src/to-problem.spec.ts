import {
  BadRequestException,
  ConflictException,
  ForbiddenException,
  InternalServerErrorException,
  NotFoundException,
} from '@nestjs/common';
import { IdempotencyKeyMissing, IdempotencyKeyReused, RequestInvalid } from './errors.js';
import { toProblem } from './to-problem.js';

const domainError = (kind: string): Error => Object.assign(new Error('No such lot.'), { code: 'lot-unknown', kind });
const frameworkError = (code: string, statusCode: number): Error =>
  Object.assign(new Error('why'), { code, statusCode });

describe('toProblem', () => {
  it.each([
    ['invalid', 422],
    ['not-found', 404],
    ['conflict', 409],
    ['gone', 410],
    ['forbidden', 403],
    ['unavailable', 503],
  ])('maps a domain error of kind %s to %i', (kind, status) => {
    expect(toProblem(domainError(kind))).toEqual({
      type: 'urn:tessera:problem:lot-unknown',
      title: 'Lot unknown',
      status,
      code: 'lot-unknown',
      detail: 'No such lot.',
    });
  });

  it('takes an unknown kind for a defect', () => {
    expect(toProblem(domainError('strange'))).toMatchObject({ status: 500, code: 'internal-error' });
    expect(toProblem(domainError('toString'))).toMatchObject({ status: 500, code: 'internal-error' });
  });

  it('lists every issue of a request', () => {
    const issues = [
      { path: 'a', reason: 'x' },
      { path: '', reason: 'y' },
    ];
    expect(toProblem(new RequestInvalid(issues))).toMatchObject({ status: 400, code: 'request-invalid', issues });
  });

  it('maps its own errors', () => {
    expect(toProblem(new IdempotencyKeyMissing())).toMatchObject({ status: 400, code: 'idempotency-key-missing' });
    expect(toProblem(new IdempotencyKeyReused())).toMatchObject({ status: 409, code: 'idempotency-key-reused' });
  });

  it.each([
    [new BadRequestException('wrong'), 400, 'request-invalid'],
    [new NotFoundException(), 404, 'not-found'],
    [new ConflictException(), 409, 'conflict'],
    [new ForbiddenException({ code: 'scope-missing', detail: 'why' }), 403, 'scope-missing'],
  ])('maps %p', (error, status, code) => {
    expect(toProblem(error)).toMatchObject({ status, code });
  });

  it.each([
    ['FST_ERR_CTP_INVALID_JSON_BODY', 400, 'json-invalid'],
    ['FST_ERR_CTP_BODY_TOO_LARGE', 413, 'body-too-large'],
    ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 415, 'media-type-unsupported'],
    ['FST_ERR_BAD_URL', 400, 'url-invalid'],
    ['SOMETHING', 429, 'rate-limit-exceeded'],
    ['SOMETHING', 418, 'request-invalid'],
  ])('maps %s of the framework', (frameworkCode, status, code) => {
    expect(toProblem(frameworkError(frameworkCode, status))).toMatchObject({ status, code, detail: 'why' });
  });

  it('says of a database that is away that it may come back', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), { code: 'ECONNREFUSED' });
    const problem = toProblem(refused);
    expect(problem).toMatchObject({ status: 503, code: 'database-unavailable' });
    expect(JSON.stringify(problem)).not.toContain('10.1.2.3');
  });

  it.each([
    new TypeError('secret of the house'),
    new InternalServerErrorException('secret of the house'),
    frameworkError('FST_ERR_SECRET', 500),
    Object.assign(new Error('secret of the house'), { code: '23505' }),
    'secret of the house',
    undefined,
    null,
  ])('tells nothing of %p', (error) => {
    const problem = toProblem(error);
    expect(problem).toMatchObject({ status: 500, code: 'internal-error' });
    expect(JSON.stringify(problem)).not.toMatch(/secret|why/i);
  });
});
