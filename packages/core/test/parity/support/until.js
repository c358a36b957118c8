/** Lets the loop turn until something is so: for what is announced by no event. */
export async function until(isSo, patience = 5000) {
  const deadline = performance.now() + patience
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`never happened: ${isSo}`)
    await new Promise(setImmediate)
  }
}
