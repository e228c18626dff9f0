import { buildArgv, runCLI } from 'jest';

/** Jest, with its own figures as the last line: a suite that could not even be loaded counts as one failed test. */
const argv = await buildArgv(process.argv.slice(2));
const { results } = await runCLI(argv, [process.cwd()]);

const passed = results.numPassedTests;
const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
const skipped = results.numPendingTests + results.numTodoTests;
const isWrong = failed > 0 || !results.success || results.wasInterrupted;

const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`;
process.stdout.write(line, () => process.exit(isWrong ? 1 : 0));
