import { SERVICES, type Service } from '@tessera/demo';
import { Argument, Option } from 'commander';

export type ServiceOption = Readonly<{ service?: Service }>;

export const serviceOption = (): Option =>
  new Option('--service <name>', 'only this service (all of them otherwise)').choices([...SERVICES]);

/** Also those whose work a command does not wait for. */
const WITH_DATABASE = ['membership', 'ledger', 'segmentation', 'recommendation', 'campaign'];

export const serviceArgument = (): Argument => new Argument('<service>', 'which service').choices(WITH_DATABASE);
