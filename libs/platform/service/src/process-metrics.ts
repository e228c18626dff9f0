import { collectDefaultMetrics, Registry } from 'prom-client';

let isClaimed = false;

export type ProcessMetrics = Readonly<{ text(): Promise<string>; release(): void }>;

/** Memory, CPU and event loop belong to the process: the first service started in it shows them, the others get null. */
export function claimProcessMetrics(): ProcessMetrics | null {
  if (isClaimed) return null;
  isClaimed = true;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    text: () => registry.metrics(),
    release: () => {
      registry.clear();
      isClaimed = false;
    },
  };
}
