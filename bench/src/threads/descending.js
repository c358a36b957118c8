import { asyncToSync, syncToAsync } from '@syncbridge/core'

export const descend = syncToAsync((depth) => (depth === 0 ? 0 : climb(depth)))
const climb = asyncToSync(async (depth) => 1 + (await descend(depth - 1)))
