import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/**
 * `npm run dev -- [flags of npm start]`: builds what changed and restarts standalone on the same data. What does not
 * build does not replace what runs.
 */
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const WATCHED = ['libs', 'apps/standalone'];
const LOOK_MS = 700;

let running;
let isStopping = false;
let isWorking = false;

const say = (text) => console.log(`\n[dev] ${text}`);

async function build() {
  const child = spawn('npm run --silent build:standalone', {
    cwd: ROOT,
    shell: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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

async function work() {
  isWorking = true;
  const startedAt = Date.now();
  if (await build()) {
    say(`built in ${((Date.now() - startedAt) / 1_000).toFixed(1)} s.`);
    await stop();
    if (!isStopping) start();
  } else say('does not build; what ran before goes on.');
  isWorking = false;
}

async function end() {
  if (isStopping) {
    running?.kill('SIGKILL');
    process.exit(1);
  }
  isStopping = true;
  await stop();
  process.exit(0);
}

/** Looks instead of being told: Node's recursive watching ends in an error on Linux when a build removes a folder. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const folder of WATCHED) {
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || !path.includes(`${sep}src${sep}`) || /[.]spec[.]ts$/.test(path)) continue;
      hash.update(`${path} ${statSync(path, { throwIfNoEntry: false })?.mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);

say('building ...');
let seen = fingerprint();
await work();
say('watching for changes; Ctrl-C stops.');
while (!isStopping) {
  await sleep(LOOK_MS);
  let now;
  try {
    now = fingerprint();
  } catch {
    continue; // A folder went away while it was read.
  }
  if (now === seen || isStopping) continue;
  seen = now;
  await work();
}
