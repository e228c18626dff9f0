import { execFile } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

export type Login = Readonly<{ username: string; password: string }>;

export type SecuredListener = Readonly<{
  /** Of the broker, by its own names, beside those of its other listeners. */
  settings: Readonly<Record<string, string>>;
  /** For `kafka-storage format --add-scram`. */
  scram: readonly string[];
  /** PEM file of the authority that signed the broker's certificate. */
  caFile: string;
}>;

export const SECURED = 'SASL_SSL';

const STORE = { '-storetype': 'PKCS12', '-storepass': 'only-for-a-day' };
const KEY = { '-keyalg': 'EC', '-groupname': 'secp256r1', '-validity': '2' };
const KEYTOOL_MS_MAX = 120_000;
const PLAIN = 'org.apache.kafka.common.security.plain.PlainLoginModule';
const SCRAM = 'org.apache.kafka.common.security.scram.ScramLoginModule';

/**
 * What a broker needs for a listener with TLS and a login, by PLAIN or SCRAM. Its certificate is signed by an authority of its own that
 * exists only to sign it; the JDK's keytool makes both.
 */
export async function securedListener(folder: string, { username, password }: Login): Promise<SecuredListener> {
  const keystore = join(folder, 'broker.p12');
  const caFile = join(folder, 'authority.pem');
  if (!existsSync(caFile)) await makeCertificates(keystore, caFile);
  const listener = `listener.name.${SECURED.toLowerCase()}`;
  const scram = (mechanism: string): string => `${mechanism}=[name=${username},password=${password}]`;
  return {
    caFile,
    scram: [scram('SCRAM-SHA-256'), scram('SCRAM-SHA-512')],
    settings: {
      'ssl.keystore.type': STORE['-storetype'],
      'ssl.keystore.location': keystore,
      'ssl.keystore.password': STORE['-storepass'],
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      [`${listener}.plain.sasl.jaas.config`]: `${PLAIN} required user_${username}="${password}";`,
      [`${listener}.scram-sha-256.sasl.jaas.config`]: `${SCRAM} required;`,
      [`${listener}.scram-sha-512.sasl.jaas.config`]: `${SCRAM} required;`,
    },
  };
}

async function makeCertificates(keystore: string, caFile: string): Promise<void> {
  const keytool = async (command: string, alias: string, options: Record<string, string>, ...flags: string[]) => {
    const given = { '-alias': alias, '-keystore': keystore, ...STORE, ...options };
    await promisify(execFile)('keytool', [command, ...flags, ...Object.entries(given).flat()], {
      timeout: KEYTOOL_MS_MAX,
    });
  };
  await keytool('-genkeypair', 'authority', { ...KEY, '-dname': 'CN=Tessera test authority', '-ext': 'bc:c=ca:true' });
  const names = { '-dname': 'CN=127.0.0.1', '-ext': 'san=ip:127.0.0.1' };
  await keytool('-genkeypair', 'broker', { ...KEY, ...names, '-signer': 'authority' });
  // The broker must have no other key to show.
  await keytool('-exportcert', 'authority', { '-file': `${caFile}.made` }, '-rfc');
  await keytool('-delete', 'authority', {});
  renameSync(`${caFile}.made`, caFile);
}
