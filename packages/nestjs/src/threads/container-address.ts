import type { LogLevel } from '@nestjs/common'

/** What a thread must know to boot its container. */
export interface ContainerSettings {
  /** URL of the file that exports the Nest module. */
  readonly module: string
  /** Class names of the services that are called from outside. */
  readonly services: readonly string[]
  /** What of the thread's own log is written. */
  readonly logLevels: readonly LogLevel[]
  /** Whether the store of nestjs-cls travels. */
  readonly cls: boolean
}

/**
 * The address of a container: that of the module that boots one while it is evaluated
 * ({@link file://./../thread-container.ts}), with the settings as its query. To Node each address is a module of its own, so each thread
 * evaluates it once, and calls wait for that.
 */
export function containerAddress(settings: ContainerSettings): URL {
  const address = new URL('./thread-container.js', import.meta.url)
  address.search = new URLSearchParams({ container: JSON.stringify(settings) }).toString()
  return address
}

export function readContainerAddress(address: string): ContainerSettings {
  return JSON.parse(new URL(address).searchParams.get('container') ?? '')
}
