/** Messages of OpenSSL, by way of Node, about a certificate that is not taken. */
const CERTIFICATE = /certificate|altnames/i;
const LOGIN = /SASL/i;

/** No broker could be used: the message says why, and what to look at. */
export class KafkaUnreachable extends Error {
  readonly code = 'kafka-unreachable';
  readonly kind = 'unavailable';

  constructor(brokers: readonly string[], cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`Kafka at ${brokers.join(', ')} cannot be used: ${reason}. ${advice(reason)}`, { cause });
  }
}

function advice(reason: string): string {
  if (LOGIN.test(reason)) return 'Does the broker know this login, and by this mechanism?';
  if (CERTIFICATE.test(reason)) {
    return "The broker's certificate must be for the name it is reached by, and from an authority that is trusted here.";
  }
  return 'Is it running there, and does that port speak TLS, or not, as it is spoken to?';
}
