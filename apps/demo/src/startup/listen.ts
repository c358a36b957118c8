import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StartupError } from './startup-error.js'

const host = '127.0.0.1'

/**
 * Has `server` listen on this machine only and returns its address.
 *
 * @throws StartupError naming the port and the flag that changes it.
 */
export async function listen(server: Server, port: number, flag: string): Promise<string> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const reason =
      code === 'EADDRINUSE' ? 'is in use: stop what uses it, or' : `can't be used (${code}):`
    throw new StartupError(`Port ${port} ${reason} choose another with ${flag}.`, { cause: error })
  }
  return `http://${host}:${(server.address() as AddressInfo).port}`
}

/** Stops accepting and waits for the requests that are running; at the deadline (ms) they are cut off. */
export async function drain(servers: Server[], deadline: number): Promise<void> {
  const closing = servers.filter((server) => server.listening).map((server) => close(server))
  // `close` ends the connections that are idle now; those that become idle later would keep it waiting.
  const sweep = setInterval(() => each(servers, (server) => server.closeIdleConnections()), 50)
  const cutOff = setTimeout(() => each(servers, (server) => server.closeAllConnections()), deadline)
  await Promise.all(closing)
  clearInterval(sweep)
  clearTimeout(cutOff)
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

function each(servers: Server[], act: (server: Server) => void): void {
  for (const server of servers) act(server)
}
