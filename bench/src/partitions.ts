/** Of every topic. */
export const PARTITIONS = 12;
