/** What is measured, and what it is held against. */
export type SideName = 'ours' | 'beside';

/** What one side did in one round. */
export type Measured = Readonly<{
  /** Of whatever the benchmark counts. */
  count: number;
  seconds: number;
  /** CPU seconds of the process that made the load, which is not measured but costs the measured ones. */
  generatorCpuSeconds: number;
  /** What the result should not be; a round that did wrong work fast has measured nothing. */
  wrong: readonly string[];
}>;

export type CourseOptions = Readonly<{
  /** How long a side is measured in a round. */
  seconds: number;
  say: (line: string) => void;
  /** Where our processes write their CPU profiles, if they are to. */
  profileDir?: string;
}>;

/** Servers and data, ready to be run on in rounds. */
export type Course = Readonly<{
  /** What a reader of the report must know, like the settings that a sweep chose. */
  remarks: readonly string[];
  run(side: SideName, round: number): Promise<Measured>;
  close(): Promise<void>;
}>;

export type Benchmark = Readonly<{
  name: string;
  summary: string;
  unit: string;
  /** The least ratio of ours to what is beside it. */
  bar: number;
  open(options: CourseOptions): Promise<Course>;
}>;
