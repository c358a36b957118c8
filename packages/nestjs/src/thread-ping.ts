/** What `SyncbridgeHealthIndicator` calls ({@link file://./syncbridge.health.ts}): a thread that answers has started. */
export function ping(): void {
  // That it returns is the answer.
}
