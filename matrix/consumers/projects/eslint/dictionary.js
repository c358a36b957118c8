/** An async service: it takes its time, and has sync code of its own run in a thread. */
import { isMainThread } from 'node:worker_threads'
import { asyncToSync, syncToAsync } from '@syncbridge/core'

const known = new Set(['colour', 'price'])

const nearest = syncToAsync(function nearest(word) {
  const place = isMainThread ? 'main' : 'a thread'
  return { word: [...known].find((other) => other[0] === word[0]), place }
})

export const checkSpelling = asyncToSync(async function checkSpelling(word) {
  await new Promise((resolve) => setTimeout(resolve, 1))
  return known.has(word) ? undefined : nearest(word)
})
