import { callSafely } from '../call-safely.js'

interface Fan {
  readonly listeners: Set<() => void>
  readonly tell: () => void
}

/**
 * Who waits for which signal to abort. One signal may stand behind ten thousand calls, as that of a request or of a shutdown does: Node
 * goes through all listeners of a signal to take one off, and warns of more than a few. So each signal has one of ours, which tells all
 * others, in the order in which they came.
 */
export class AbortListeners {
  readonly #fans = new WeakMap<AbortSignal, Fan>()

  /**
   * @param listener Called once when the signal aborts, at once where it already has. A function of its own for each `add`.
   * @returns a function that takes it off.
   * @throws what the signal throws, which may be an object of the user's.
   */
  add(signal: AbortSignal, listener: () => void): () => void {
    if (signal.aborted) {
      listener()
      return () => undefined
    }
    const known = this.#fans.get(signal)
    const fan = known ?? this.#open(signal)
    // Code of the user's may abort it as it is listened to. Then nobody else will tell.
    if (!known && signal.aborted) {
      this.#close(signal, fan)
      listener()
      return () => undefined
    }
    fan.listeners.add(listener)
    return () => {
      // What has no listener may be collected, also where it waits for a time or for other signals.
      if (fan.listeners.delete(listener) && fan.listeners.size === 0) this.#close(signal, fan)
    }
  }

  #open(signal: AbortSignal): Fan {
    const listeners = new Set<() => void>()
    const tell = () => {
      // Whoever comes to wait now waits for nothing: a signal aborts once.
      this.#close(signal, fan)
      for (const listener of listeners) callSafely(listener)
    }
    const fan = { listeners, tell }
    // First: with a fan that hears nothing, the next ones would wait for ever.
    signal.addEventListener('abort', tell, { once: true })
    this.#fans.set(signal, fan)
    return fan
  }

  #close(signal: AbortSignal, fan: Fan): void {
    if (this.#fans.get(signal) === fan) this.#fans.delete(signal)
    // Whatever that does: those who are to be told come after it.
    callSafely(() => signal.removeEventListener('abort', fan.tell))
  }
}
