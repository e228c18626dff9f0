import { z } from 'zod';

/** The standard's own names, so that what is known of OpenTelemetry holds here too. */
export const tracingVariables = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'expected http://host:4318, or https://' })
    .optional()
    .describe('where an OpenTelemetry collector takes OTLP over HTTP; nothing is traced without it'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0|1|0?\.\d{1,9}|1\.0+)$/, 'expected a number from 0 to 1')
    .default('1')
    .transform(Number)
    .describe('the part of the traces beginning here that is kept'),
});

export type TracingVariables = z.infer<typeof tracingVariables>;
