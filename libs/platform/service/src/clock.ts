/** Injected wherever the time of day matters, so that tests can set it. Where replicas must agree, the database's clock is asked instead. */
export abstract class Clock {
  abstract now(): Date;
}

export class SystemClock extends Clock {
  override now(): Date {
    return new Date();
  }
}
