/**
 * Node's timers as they were when this library was loaded. Test runners replace them by ones that stand still (`useFakeTimers`,
 * `mock.timers`): a thread that was to be woken by one of those would never read its messages, and its callers would wait for ever.
 */
const { setImmediate, setTimeout } = globalThis
const nextTick: typeof process.nextTick = process.nextTick.bind(process)
/** In ms. */
const now = performance.now.bind(performance)

export { nextTick, now, setImmediate, setTimeout }
