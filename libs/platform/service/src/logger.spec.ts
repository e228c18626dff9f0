import { createLogger, NestLogger } from './logger.js';

const captured = () => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, destination };
};

describe('createLogger', () => {
  it('writes JSON lines with level, time, what was bound and what was said', () => {
    const { lines, destination } = captured();
    const logger = createLogger({ destination }).child({ service: 'ledger' });
    logger.info({ memberId: 'm1', eventId: 'e1' }, 'credited');
    logger.debug({}, 'not at this level');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'info',
      service: 'ledger',
      memberId: 'm1',
      eventId: 'e1',
      msg: 'credited',
    });
    expect(lines[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('writes errors with their causes, and no token', () => {
    const { lines, destination } = captured();
    const error = new Error('outer', { cause: new Error('inner') });
    createLogger({ destination }).error({ err: error, headers: { authorization: 'Bearer secret' } }, 'failed');
    expect(JSON.stringify(lines)).toContain('inner');
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('is silent when told so, and can be flushed', async () => {
    const { lines, destination } = captured();
    const logger = createLogger({ level: 'silent', destination });
    logger.error({}, 'nobody hears');
    await logger.flush();
    expect(lines).toEqual([]);
  });
});

describe('NestLogger', () => {
  it('keeps what Nest says of where and why', () => {
    const { lines, destination } = captured();
    const nest = new NestLogger(createLogger({ level: 'debug', destination }));
    nest.log('started', 'NestFactory');
    nest.error(new Error('broken'), 'a stack', 'ExceptionHandler');
    nest.warn('careful');
    expect(lines).toMatchObject([
      { level: 'debug', context: 'NestFactory', msg: 'started' },
      { level: 'error', context: 'ExceptionHandler', stack: 'a stack', err: { message: 'broken' } },
      { level: 'warn', msg: 'careful' },
    ]);
  });
});
