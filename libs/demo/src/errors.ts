/** The input is not what it should be, or the system is not in the state the demo needs; the message says what to do. */
export class DemoRefused extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
