import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

export const KAFKA_VERSION = '4.3.1';

const MAVEN_MS_MAX = 10 * 60 * 1_000;
const run = promisify(execFile);

/** The broker, and a binding without which it logs nothing. */
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tessera</groupId>
  <artifactId>stack-kafka</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

/** What is missing on this machine; undefined when Kafka can be started. */
export async function missingForKafka(): Promise<string | undefined> {
  if (!(await runs('java', ['-version']))) return 'java (17 or later)';
  if (existsSync(jarsFolder(cacheFolder())) || (await runs('mvn', ['-version']))) return undefined;
  return 'mvn (Maven, which gets the broker)';
}

/** Kept over runs: `.tessera/stack` of this checkout. */
export const cacheFolder = (): string => join(import.meta.dirname, '../../.tessera/stack');

const jarsFolder = (cache: string): string => join(cache, `kafka-${KAFKA_VERSION}`);

/** The folder with the broker's jars, fetched by Maven the first time (43 MB). Half a download is never taken for a whole one. */
export async function kafkaJars(cache: string = cacheFolder()): Promise<string> {
  const jars = jarsFolder(cache);
  if (existsSync(jars)) return jars;

  mkdirSync(dirname(jars), { recursive: true });
  const making = mkdtempSync(`${jars}.`);
  try {
    writeFileSync(join(making, 'pom.xml'), POM);
    const parameters = ['-B', '-q', 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=jars'];
    await run('mvn', parameters, { cwd: making, timeout: MAVEN_MS_MAX });
    if (!existsSync(jars)) renameSync(join(making, 'jars'), jars);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return jars;
}

const runs = (command: string, parameters: string[]): Promise<boolean> =>
  run(command, parameters).then(
    () => true,
    () => false,
  );
