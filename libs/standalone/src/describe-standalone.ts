import type { Standalone } from './start-standalone.js';

/** What an operator wants to know of a system that has just started: where it is, and a request that works. */
export function describeStandalone({ url, dataDir, currency, token, tokenFile }: Standalone): string {
  return `
Tessera is ready, its books in ${currency}.

  Status    ${url}
  APIs      ${url}/membership/v1/docs  (also /collector, /ledger, /segmentation, /recommendation, /campaign)
  Mailbox   ${url}/mailbox#token=${token}
  Data      ${dataDir}
  Token     ${token}
            kept in ${tokenFile}, readable for its owner alone

Try it:
  curl -H 'Authorization: Bearer ${token}' ${url}/membership/v1/programs/current

Ctrl-C stops it.
`;
}
