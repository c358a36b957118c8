import { Local } from '@syncbridge/core'

/** Alone in its module: a runner that evaluates it once more sees no function by which to notice that. */
export const request = new Local<{ id?: string }>()
