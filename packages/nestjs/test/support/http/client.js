import { ThreadSensitiveContext } from '@syncbridge/core'

export const json = async (url) => (await fetch(url)).json()

/** The signal of the request that is being handled. */
export const currentSignal = () => ThreadSensitiveContext.current().signal

/** Resolves with the reason of the abort. */
export function aborted(target) {
  return new Promise((resolve) => {
    if (target.aborted) resolve(target.reason)
    target.addEventListener('abort', () => resolve(target.reason))
  })
}

export async function* chunksOf(response) {
  const decoder = new TextDecoder()
  for await (const chunk of response.body) yield decoder.decode(chunk)
}
