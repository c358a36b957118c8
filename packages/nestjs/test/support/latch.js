const deadline = 20_000

/** A cell that either side of the wall can open and wait for. */
export function latch() {
  return new Int32Array(new SharedArrayBuffer(4))
}

export function open(cell) {
  Atomics.store(cell, 0, 1)
  Atomics.notify(cell, 0)
}

export function isOpen(cell) {
  return Atomics.load(cell, 0) === 1
}

export async function opened(cell) {
  // Without a timer, nothing would keep the process alive meanwhile: a wait in Atomics does not.
  const alive = setTimeout(() => {}, deadline)
  const waiting = Atomics.waitAsync(cell, 0, 0, deadline)
  const outcome = await waiting.value
  clearTimeout(alive)
  if (outcome === 'timed-out') throw new Error('the latch was not opened in time')
}

/** A promise with its resolver, for latches that stay on one side. */
export function signal() {
  let resolve
  const promise = new Promise((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
