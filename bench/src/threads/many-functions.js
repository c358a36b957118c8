import { syncToAsync } from '@syncbridge/core'

export const functions = Array.from({ length: 1000 }, (_, index) =>
  syncToAsync((value) => value + index, { name: `function${index}` }),
)
