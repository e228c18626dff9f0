import { brokerCutOff, brokerKilled, brokerSlow } from './broker/broker-outages.js';
import { onFleet } from './on-fleet.js';
import { outages, SLICES } from './outages/outage.js';

/** A broker's own session has to expire before it may come back: about 10 s, beside its start. */
const RESUME_MS_MAX = 60_000;

/** The only broker is killed, cut off or slow: all wait for it, and nothing that it took or may have taken is lost or counts twice. */
export const broker = onFleet({
  name: 'broker',
  summary: 'Kafka killed and started again, cut off from the services, 200 ms away',
  injections: 30,
  slices: SLICES,
  fleet: { through: ['kafka'] },
  on: (stage) =>
    outages(stage, [brokerCutOff(stage), brokerSlow(stage), ...(stage.options.short ? [] : [brokerKilled(stage)])], {
      resumeMsMax: RESUME_MS_MAX,
    }),
});
