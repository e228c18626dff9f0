import { Presets, SingleBar } from 'cli-progress';

/** Tells people how far a run has come. */
export interface Meter {
  start(what: string, total: number): void;
  advance(by: number): void;
  stop(): void;
  note(text: string): void;
}

export const silentMeter: Meter = {
  start: () => undefined,
  advance: () => undefined,
  stop: () => undefined,
  note: () => undefined,
};

export function meterOn(stream: NodeJS.WriteStream): Meter {
  return stream.isTTY ? new BarMeter(stream) : new LineMeter((line) => stream.write(`${line}\n`));
}

class BarMeter implements Meter {
  private bar: SingleBar | undefined;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  start(what: string, total: number): void {
    const format = `${what.padEnd(8)} {bar} {percentage}% | {value}/{total} | {eta_formatted} left`;
    this.bar = new SingleBar({ format, stream: this.stream, hideCursor: true }, Presets.shades_classic);
    this.bar.start(total, 0);
  }

  advance(by: number): void {
    this.bar?.increment(by);
  }

  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  note(text: string): void {
    this.stream.write(`${text}\n`);
  }
}

/** One line at each tenth, for logs and pipes. */
export class LineMeter implements Meter {
  private what = '';
  private total = 0;
  private value = 0;
  private tenth = 0;

  constructor(private readonly write: (line: string) => void) {}

  start(what: string, total: number): void {
    Object.assign(this, { what, total, value: 0, tenth: 0 });
  }

  advance(by: number): void {
    this.value += by;
    const tenth = this.total === 0 ? 10 : Math.floor((this.value * 10) / this.total);
    if (tenth === this.tenth) return;
    this.tenth = tenth;
    this.write(`${this.what}: ${this.value}/${this.total} (${tenth * 10} %)`);
  }

  stop(): void {
    if (this.value < this.total) this.write(`${this.what}: stopped at ${this.value}/${this.total}`);
  }

  note(text: string): void {
    this.write(text);
  }
}
