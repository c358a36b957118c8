import type { ApiBodyOptions } from '@nestjs/swagger'
import { z } from 'zod'

/** What the OpenAPI page says of a body: the very schema that the body is checked by. */
export function bodyOf(schema: z.ZodType): ApiBodyOptions {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: 'input' })
  return {
    schema: described as NonNullable<Extract<ApiBodyOptions, { schema: unknown }>['schema']>,
  }
}
