import { isMainThread, threadId } from 'node:worker_threads'
import { request } from './request.js'

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]
type Fields = Record<string, string | number | boolean | undefined>

const thread = isMainThread ? 'main' : `thread-${threadId}`
const threshold = logLevels.indexOf((process.env.LOG_LEVEL ?? 'info') as LogLevel)

/** One logfmt line to standard output, with the id of the request it belongs to, from any thread. */
export const log = {
  debug: (message: string, fields?: Fields) => write('debug', message, fields),
  info: (message: string, fields?: Fields) => write('info', message, fields),
  warn: (message: string, fields?: Fields) => write('warn', message, fields),
  error: (message: string, fields?: Fields) => write('error', message, fields),
}

function write(level: LogLevel, message: string, fields: Fields = {}): void {
  if (logLevels.indexOf(level) < threshold) return
  const line = {
    time: new Date().toISOString(),
    level,
    thread,
    request: request.id,
    user: request.user,
    message,
    ...fields,
  }
  const pairs = Object.entries(line).filter(([, value]) => value !== undefined)
  process.stdout.write(
    `${pairs.map(([key, value]) => `${key}=${logfmt(String(value))}`).join(' ')}\n`,
  )
}

// Quoting also keeps a line break in somebody's input from forging a line of its own.
function logfmt(value: string): string {
  return /^[\w.,:@/+-]+$/.test(value) ? value : JSON.stringify(value)
}
