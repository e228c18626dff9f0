/** What is measured, and what it is held against. */
export type SideName = 'ours' | 'beside';

/** What one side did in one round. */
export type Measured = Readonly<{
  /** In the benchmark's unit. */
  value: number;
  /** Where several things are held to the bar, each for itself: theirs. `value` is then that of all together. */
  parts?: Readonly<Record<string, number>>;
  seconds: number;
  /** CPU seconds of the process that made the load, which is not measured but costs the measured ones. */
  generatorCpuSeconds: number;
  /** What the result should not be; a round that did wrong work fast has measured nothing. */
  wrong: readonly string[];
}>;

export type CourseOptions = Readonly<{
  rounds: number;
  /** How long a side is measured in a round. */
  seconds: number;
  say: (line: string) => void;
  /** Where our processes write their CPU profiles, if they are to. */
  profileDir?: string;
  /** Instead of what is made up, for those that read a file. */
  file?: string;
  /** For those that begin with members: how many. */
  members?: number;
}>;

/** Servers and data, ready to be run on in rounds. */
export type Course = Readonly<{
  /** What a reader of the report must know, like the settings that a sweep chose; read when all rounds are done. */
  remarks: readonly string[];
  run(side: SideName, round: number): Promise<Measured>;
  close(): Promise<void>;
}>;

/** What the ratio of ours to what is beside it must not pass. */
export type Bar = Readonly<{ least: number } | { most: number }>;

export type Benchmark = Readonly<{
  name: string;
  summary: string;
  unit: string;
  /** Null: it is told, and held to nothing. */
  bar: Bar | null;
  /** Of a side in a round, where 10 s would be too short to say anything. */
  seconds?: number;
  open(options: CourseOptions): Promise<Course>;
}>;
