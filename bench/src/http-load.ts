import { Agent, request } from 'node:http';

export type LoadOptions = Readonly<{
  url: string;
  token: string;
  /** Sent one after the other, and again from the first. */
  bodies: readonly Buffer[];
  connections: number;
  seconds: number;
}>;

export type Posted = Readonly<{
  /** How often each body was answered with 202. */
  accepted: readonly number[];
  failed: number;
  seconds: number;
  cpuSeconds: number;
}>;

/** Every connection posts, waits for the answer and posts again until the time is up; what is under way then is waited for, and counts. */
export async function postFor({ url, token, bodies, connections, seconds }: LoadOptions): Promise<Posted> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const accepted = bodies.map(() => 0);
  let failed = 0;
  let next = 0;
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const work = async (): Promise<void> => {
    while (performance.now() - startedAt < seconds * 1_000) {
      const at = next++ % bodies.length;
      const body = bodies[at];
      if (body && (await post(url, { agent, token, body }))) accepted[at] = (accepted[at] ?? 0) + 1;
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  const elapsed = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  agent.destroy();
  return { accepted, failed, seconds: elapsed, cpuSeconds: (user + system) / 1e6 };
}

type Request = Readonly<{ agent: Agent; token: string; body: Buffer }>;

/** Whether it was answered with 202. That all of its events were taken shows on the log. */
export function post(url: string, { agent, token, body }: Request): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': body.length,
    };
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode === 202));
      answer.once('error', reject);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
