import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npm run dev -- [flags of npm start]`: builds what changed and restarts standalone on the same data. What does not
 * build does not replace what runs.
 */
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const WATCHED = ['libs', 'apps/standalone'];
const QUIET_MS = 300;

let running;
let isStopping = false;
let isWorking = false;
let isStale = false;
let timer;

const say = (text) => console.log(`\n[dev] ${text}`);

async function build() {
  const child = spawn('npm run --silent build', { cwd: ROOT, shell: true, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) console.error(output);
  return code === 0;
}

/** In a group of its own, so that Ctrl-C reaches this process only, which then asks it to stop in order. */
function start() {
  const parameters = [join(ROOT, 'apps/standalone/dist/main.js'), ...process.argv.slice(2)];
  const child = spawn(process.execPath, parameters, { cwd: ROOT, stdio: 'inherit', detached: true });
  child.once('exit', (code, signal) => {
    if (running === child) running = undefined;
    if (!isStopping && !isWorking) say(`standalone ended (${signal ?? code}); it starts again with the next change.`);
  });
  running = child;
}

async function stop() {
  const child = running;
  if (!child) return;
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  await ended;
}

/** Changes that come while a build runs make one more build after it, however many they are. */
async function work() {
  if (isWorking) {
    isStale = true;
    return;
  }
  isWorking = true;
  do {
    isStale = false;
    const startedAt = Date.now();
    if (!(await build())) {
      say('does not build; what ran before goes on.');
      continue;
    }
    if (isStale || isStopping) continue;
    say(`built in ${((Date.now() - startedAt) / 1_000).toFixed(1)} s.`);
    await stop();
    if (!isStopping) start();
  } while (isStale && !isStopping);
  isWorking = false;
}

async function end() {
  if (isStopping) {
    running?.kill('SIGKILL');
    process.exit(1);
  }
  isStopping = true;
  clearTimeout(timer);
  await stop();
  process.exit(0);
}

for (const folder of WATCHED) {
  watch(join(ROOT, folder), { recursive: true }, (_event, file) => {
    if (!file || !file.includes(`src${sep}`) || file.includes(`dist${sep}`) || /\.spec\.ts$/.test(file)) return;
    clearTimeout(timer);
    timer = setTimeout(work, QUIET_MS);
  });
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);

say('building ...');
await work();
say('watching for changes; Ctrl-C stops.');
