import {
  doorVariables,
  runService,
  type ServiceDefinition,
  serviceVariables,
  type StartOptions,
} from '@tessera/platform-service';
import { readEnvironment } from '@tessera/platform-config';
import { ArmedFailpoints } from './armed-failpoints.js';
import { breakHandlers, handlerVariables } from './broken-handlers.js';
import { versionToRun } from './next-version.js';
import type { Order, Question, Told } from './orders.js';
import { clockVariables, skewClock } from './skewed-clock.js';

/** A service as its app starts it, but with failpoints that the process which started this one arms. */
type Extras = Pick<StartOptions, 'failpoints'>;
type Start = (extras: Extras) => Promise<void>;

const plainly =
  (definition: ServiceDefinition): Start =>
  (extras) =>
    runService(versionToRun(definition), serviceVariables, undefined, extras);

const STARTS: Readonly<Record<string, () => Promise<Start>>> = {
  collector: async () => {
    const { collector } = await import('@tessera/collector');
    return (extras) => runService(versionToRun(collector), doorVariables, undefined, extras);
  },
  membership: async () => {
    const { membership, membershipSettingsFrom, membershipVariables } = await import('@tessera/membership');
    const variables = serviceVariables.extend(membershipVariables.shape);
    return (extras) => runService(versionToRun(membership), variables, membershipSettingsFrom, extras);
  },
  ledger: async () => {
    const { ledger, ledgerSettingsFrom, ledgerVariables } = await import('@tessera/ledger');
    const variables = serviceVariables.extend(ledgerVariables.shape);
    return (extras) => runService(versionToRun(ledger), variables, ledgerSettingsFrom, extras);
  },
  segmentation: async () => plainly((await import('@tessera/segmentation')).segmentation),
  recommendation: async () => plainly((await import('@tessera/recommendation')).recommendation),
  campaign: async () => {
    const { campaign, campaignSettingsFrom, campaignVariables } = await import('@tessera/campaign');
    const variables = serviceVariables.extend(campaignVariables.shape);
    return (extras) => runService(versionToRun(campaign), variables, campaignSettingsFrom, extras);
  },
};

const SIGNALS = { kill: 'SIGKILL', freeze: 'SIGSTOP' } as const;

const failpoints = new ArmedFailpoints({
  tell: (told: Told) => void process.send?.(told),
  end: (act) => void process.kill(process.pid, SIGNALS[act]),
});
process.on('message', (said: Order | Question) => {
  if (said.kind !== 'memory') return failpoints.obey(said);
  process.send?.({ kind: 'memory', rssMax: process.resourceUsage().maxRSS * 1_024 } satisfies Told);
});
// Nobody is left who could want anything of it.
process.once('disconnect', () => process.exit(1));
process.channel?.unref();

const { FAULT_HANDLERS, FAULT_CLOCK_MS } = readEnvironment(handlerVariables.extend(clockVariables.shape));
if (FAULT_CLOCK_MS !== undefined) skewClock(FAULT_CLOCK_MS);
if (FAULT_HANDLERS) breakHandlers(FAULT_HANDLERS);

const start = await STARTS[process.argv[2] ?? '']?.();
if (!start) throw new Error(`There is no service ${process.argv[2]}.`);
await start({ failpoints });
