/** Where a sync node must run, in the order that the contract gives: a frame, the context, the shared thread; or a pool. */

/** @returns {{ place: string, queue: string, isDirect: boolean }} `isDirect`: it is the first place tried. */
export function routeOf({ flavour, node }, { chain, context, loop }) {
  if (flavour !== 'sensitive') {
    const place = flavour === 'pool' ? `pool:${node.id}` : flavour
    // Where all threads are taken, a frame of its own chain may run it.
    const isDirect = !chain.some(({ place }) => place.startsWith(flavour))
    return { place, queue: flavour, isDirect }
  }
  const frame = chain.find(({ alive }) => alive)
  // What was refused elsewhere first may come after what was sent later.
  if (frame)
    return {
      place: frame.place,
      queue: `block:${frame.id}`,
      isDirect: frame === chain[0],
    }
  const place = context?.alive ? `context:${context.id}` : 'shared'
  return { place, queue: place, isDirect: chain.length === 0 && loop === 'main' }
}
