/** How long it takes, in µs. */
export async function timed(run: () => unknown): Promise<number> {
  const start = performance.now()
  await run()
  return (performance.now() - start) * 1000
}
