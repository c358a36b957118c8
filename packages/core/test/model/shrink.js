/** Makes a failing tree smaller: what can be left out without the failure going away, goes. */

/**
 * @param {object} tree
 * @param {(tree: object) => Promise<boolean>} fails Whether a tree still fails.
 * @param {() => boolean} mayGoOn Asked before each try.
 */
export async function shrink(tree, fails, mayGoOn) {
  let smallest = tree
  let paths = removable(smallest.root)
  while (paths.length > 0 && mayGoOn()) {
    const path = paths.shift()
    const candidate = without(smallest, path)
    if (!(await fails(candidate))) continue
    smallest = candidate
    paths = removable(smallest.root)
  }
  return smallest
}

/** Where steps and branches stand, the biggest first. */
function removable(root) {
  const found = []
  const visit = (part, path) => {
    if (typeof part !== 'object' || part === null) return
    for (const [key, value] of Object.entries(part)) visit(value, [...path, key])
    if (Array.isArray(part)) {
      for (const [index, value] of part.entries())
        found.push({ path: [...path, index], size: JSON.stringify(value).length })
    }
  }
  visit(root, [])
  return found.sort((one, other) => other.size - one.size).map(({ path }) => path)
}

function without(tree, path) {
  const copy = structuredClone(tree)
  const list = path.slice(0, -1).reduce((part, key) => part[key], copy.root)
  list.splice(path.at(-1), 1)
  return copy
}
