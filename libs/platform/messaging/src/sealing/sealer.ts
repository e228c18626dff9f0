import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { SealedContact } from '@tessera/contracts';
import { type Contact, sealedContent } from './contact.js';
import { type ContactKey, contactKeyList } from './contact-keys.js';
import { ContactKeyUnknown, ContactTampered } from './errors.js';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals members' contacts for the log: AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits, good for 2^32 sealings a key.
 * The member's id is additional data, so that one member's contact cannot be passed off as another's.
 */
export class Sealer {
  /** The key that seals; the others only open. */
  readonly keyId: string;
  private readonly sealing: KeyObject;
  private readonly keys: ReadonlyMap<string, KeyObject>;

  constructor(keys: readonly ContactKey[]) {
    const ring = contactKeyList.parse(keys).map(({ id, key }) => [id, createSecretKey(key, 'base64')] as const);
    const [first] = ring;
    if (!first) throw new RangeError('a sealer needs a key');
    [this.keyId, this.sealing] = first;
    this.keys = new Map(ring);
  }

  seal(memberId: string, contact: Contact): SealedContact {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.sealing, nonce, { authTagLength: TAG_BYTES }).setAAD(utf8(memberId));
    const ciphertext = Buffer.concat([
      cipher.update(utf8(JSON.stringify(contact))),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return { keyId: this.keyId, nonce: nonce.toString('base64'), ciphertext: ciphertext.toString('base64') };
  }

  /** Throws `ContactKeyUnknown`, or `ContactTampered` when it is not what was sealed for this member. */
  open(memberId: string, { keyId, nonce, ciphertext }: SealedContact): Contact {
    const key = this.keys.get(keyId);
    if (!key) throw new ContactKeyUnknown(keyId);
    try {
      const bytes = Buffer.from(ciphertext, 'base64');
      const tagAt = bytes.length - TAG_BYTES;
      const decipher = createDecipheriv(CIPHER, key, Buffer.from(nonce, 'base64'), { authTagLength: TAG_BYTES })
        .setAAD(utf8(memberId))
        .setAuthTag(bytes.subarray(tagAt));
      const opened = Buffer.concat([decipher.update(bytes.subarray(0, tagAt)), decipher.final()]);
      return sealedContent.parse(JSON.parse(opened.toString('utf8')));
    } catch {
      // The cause is left out: what could not be read may be half a contact, and must not reach a log.
      throw new ContactTampered(keyId);
    }
  }
}

const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8');
