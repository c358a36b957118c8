/** Where a step stands, as far as it says what may stand there. */

export function belowCall(site, flavour) {
  const inSingle = site.inSingle || flavour === 'single'
  return { ...site, kind: 'sync', isRoot: false, depth: site.depth - 1, inSingle }
}

export function belowBlock(site, flavour) {
  const isFresh = flavour === 'fresh'
  return {
    ...site,
    kind: 'async',
    isRoot: false,
    mayMisuse: true,
    depth: site.depth - 1,
    loopEnds: site.loopEnds || isFresh,
    onMain: site.onMain && !isFresh,
  }
}
