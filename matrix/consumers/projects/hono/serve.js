/** @returns The address, and how to close what listens there. */
export async function serve(fetch) {
  const options = { hostname: '127.0.0.1', port: 0 }
  if (globalThis.Bun) {
    const server = globalThis.Bun.serve({ fetch, ...options })
    return { url: server.url.origin, close: () => server.stop(true) }
  }
  if (globalThis.Deno) {
    const server = globalThis.Deno.serve({ ...options, onListen() {} }, fetch)
    return { url: `http://127.0.0.1:${server.addr.port}`, close: () => server.shutdown() }
  }
  const node = await import('@hono/node-server')
  return new Promise((resolve) => {
    const server = node.serve({ fetch, ...options }, ({ port }) =>
      resolve({
        url: `http://127.0.0.1:${port}`,
        close: () => new Promise((done) => server.close(done)),
      }),
    )
  })
}
