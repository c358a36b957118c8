/**
 * The container of a thread may import the same modules as the application. The bridge belongs to the main thread, and refuses to be
 * configured or shut down on another; there is nothing to be done there.
 */
export async function atOwner(act: () => void | Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!isOfThread(error)) throw error
  }
}

/** The same at once. */
export function atOwnerNow(act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!isOfThread(error)) throw error
  }
}

function isOfThread(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'SYNCBRIDGE_ERROR'
}
