import { Local } from '@syncbridge/core'

/**
 * The request being served, in any thread that works for it: a front door sets it once, and it follows every bridged
 * call from there.
 */
export const request = new Local<{ id: string; user?: string }>()
