import type { LoggerService } from '@nestjs/common';
import { activeTraceId } from '@tessera/platform-tracing';
import { pino } from 'pino';
import { describeError } from './describe-error.js';

/** JSON lines. Put ids into `fields` (`eventId`, `memberId`), so that they can be searched for; errors as `err`. */
export abstract class Logger {
  abstract debug(fields: object, message: string): void;
  abstract info(fields: object, message: string): void;
  abstract warn(fields: object, message: string): void;
  abstract error(fields: object, message: string): void;
  /** A logger whose every line carries these fields. */
  abstract child(fields: Readonly<Record<string, unknown>>): Logger;
  /** Resolves when everything is written. */
  abstract flush(): Promise<void>;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export type LoggerOptions = Readonly<{
  level?: LogLevel;
  /** Where lines go; standard output when left out. */
  destination?: { write(line: string): void };
}>;

export function createLogger({ level = 'info', destination }: LoggerOptions = {}): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: traceOfNow,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: (error: unknown) => describeError(error) },
    redact: { paths: ['authorization', '*.authorization', '*.*.authorization'], censor: '***' },
  };
  return new PinoLogger(pino(options, destination ?? pino.destination({ dest: 1, sync: false })));
}

/** So that a line is found from its trace, and the trace from the line. */
function traceOfNow(): object {
  const traceId = activeTraceId();
  return traceId === undefined ? {} : { traceId };
}

class PinoLogger extends Logger {
  constructor(private readonly lines: pino.Logger) {
    super();
  }

  override debug(fields: object, message: string): void {
    this.lines.debug(fields, message);
  }

  override info(fields: object, message: string): void {
    this.lines.info(fields, message);
  }

  override warn(fields: object, message: string): void {
    this.lines.warn(fields, message);
  }

  override error(fields: object, message: string): void {
    this.lines.error(fields, message);
  }

  override child(fields: Readonly<Record<string, unknown>>): Logger {
    return new PinoLogger(this.lines.child(fields));
  }

  override flush(): Promise<void> {
    return new Promise((resolve, reject) => this.lines.flush((error) => (error ? reject(error) : resolve())));
  }
}

/** Nest's own lines. Nest has one logger a process, whatever the number of services in it, so they name no service. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(fieldsOf(message, rest), textOf(message));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(fieldsOf(message, rest), textOf(message));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(fieldsOf(message, rest), textOf(message));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn(fieldsOf(message, rest), textOf(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error(fieldsOf(message, rest), textOf(message));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.logger.error(fieldsOf(message, rest), textOf(message));
  }
}

const textOf = (message: unknown): string => (message instanceof Error ? message.message : String(message));

/** Nest's convention: the last argument is the context, one before it may be a stack. */
function fieldsOf(message: unknown, rest: readonly unknown[]): object {
  const context = rest.at(-1);
  const stack = rest.length > 1 ? rest[0] : undefined;
  return {
    ...(typeof context === 'string' && { context }),
    ...(typeof stack === 'string' && { stack }),
    ...(message instanceof Error && { err: message }),
  };
}
