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
   * @param listener Called once when the signal aborts; never where it already has. A function of its own for each `add`.
   * @returns a function that takes it off.
   */
  add(signal: AbortSignal, listener: () => void): () => void {
    const fan = this.#fans.get(signal) ?? this.#open(signal)
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
    this.#fans.set(signal, fan)
    signal.addEventListener('abort', tell, { once: true })
    return fan
  }

  #close(signal: AbortSignal, fan: Fan): void {
    signal.removeEventListener('abort', fan.tell)
    if (this.#fans.get(signal) === fan) this.#fans.delete(signal)
  }
}

/** As an event does it: what one listener throws is nobody else's business, and is not lost. */
function callSafely(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    process.nextTick(() => {
      throw error
    })
  }
}
