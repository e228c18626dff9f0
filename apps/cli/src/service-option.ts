import { SERVICES, type Service } from '@tessera/demo';
import { Option } from 'commander';

export type ServiceOption = Readonly<{ service?: Service }>;

export const serviceOption = (): Option =>
  new Option('--service <name>', 'only this service (all of them otherwise)').choices([...SERVICES]);
