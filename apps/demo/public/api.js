/** What the desk answered instead of doing what it was asked. */
export class Problem extends Error {
  constructor({ code, message, fields = {} }) {
    super(message)
    this.code = code
    this.fields = fields
  }
}

/** Asks the public API; resolves to its answer. */
export function ask(method, path, body, headers) {
  return askAt('/api', method, path, body, headers)
}

/** The same, of what begins with `base`. */
export async function askAt(base, method, path, body, headers = {}) {
  const init = { method, headers: { accept: 'application/json', ...headers } }
  if (body !== undefined) {
    init.headers['content-type'] = 'application/json'
    init.body = JSON.stringify(body)
  }
  let response
  try {
    response = await fetch(base + path, init)
  } catch {
    throw new Problem({ code: 'UNREACHABLE', message: 'The desk does not answer. Is it running?' })
  }
  const answer = response.status === 204 ? undefined : await response.json().catch(() => undefined)
  if (response.ok) return answer
  throw new Problem(
    answer?.error ?? { code: 'UNKNOWN', message: `The desk answered ${response.status}.` },
  )
}
