const RISE_MIN = 0.05;

/** Whether each was above the one before, and the last well above the first: by chance, six of them are so in order once in 720 times. */
export function keepsRising(values: readonly number[]): boolean {
  const first = values[0] ?? 0;
  const last = values.at(-1) ?? 0;
  const isEachAbove = values.every((value, at) => at === 0 || value > (values[at - 1] as number));
  return values.length > 2 && isEachAbove && last > first * (1 + RISE_MIN);
}
