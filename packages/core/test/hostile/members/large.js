/** Deep, shared and huge. `levels`: how many must be there if it arrives. */
import { Linked } from './codecs.js'

/** So many cross on every way; a place in which a value stands may add some. */
const MUST_CROSS = 2400
const steps = {
  objects: (below) => ({ below }),
  arrays: (below) => [below],
  maps: (below) => new Map([['below', below]]),
  'map keys': (below) => new Map([[below, 1]]),
  sets: (below) => new Set([below]),
  mixed: (below, level) => [steps.objects, steps.arrays, steps.maps][level % 3](below),
  nodes: (left, end) => ({ type: 'BinaryExpression', start: 0, end, left, right: { name: 'a' } }),
  'objects without prototype': (below) => Object.assign(Object.create(null), { below }),
}
function nest(step, levels, bottom = 'bottom') {
  let value = bottom
  for (let level = 0; level < levels; level += 1) value = step(value, level)
  return value
}
const deep = Object.entries(steps).flatMap(([name, step]) =>
  [100, MUST_CROSS, 5000, 20_000].map((levels) => [
    `${levels} levels of ${name}`,
    // A Map key stands two levels of the clone's own below its Map, as its value does.
    { make: () => nest(step, levels), levels, arrives: levels <= MUST_CROSS },
  ]),
)
const deepDates = [100, MUST_CROSS, 20_000].map((levels) => [
  `a date below ${levels} levels`,
  {
    make: () => nest(steps.objects, levels, new Date(0)),
    levels,
    arrives: levels <= MUST_CROSS,
  },
])
const deepFunctions = [100, 1000, 20_000].map((levels) => [
  `a function below ${levels} levels`,
  { make: () => nest(steps.arrays, levels, () => 1), levels },
])
const causes = [100, 1000, 10_000].map((levels) => [
  `${levels} causes`,
  {
    make: () => nest((cause) => new Error('hostile', { cause }), levels, new Error('hostile')),
  },
])
const codecs = [100, 1000, 5000].map((levels) => [
  `${levels} levels of codecs`,
  { make: () => nest((next) => new Linked(next), levels, undefined), hasCodec: true },
])

export const large = Object.fromEntries([
  ...deep,
  ...deepDates,
  ...deepFunctions,
  ...causes,
  ...codecs,
])

const once = { a: 1 }
export const shared = {
  'the same object often': { make: () => Array(1000).fill(once), arrives: true },
  'ladder of objects': { make: () => nest((below) => ({ a: below, b: below }), 40), arrives: true },
  'ladder of errors': { make: () => nest(errorStep, 40, new Error('hostile')) },
  'ladder of aggregates': {
    make: () => nest((one) => new AggregateError([one, one], 'hostile'), 40, new Error('hostile')),
  },
  cycle: { make: () => cycleOf({}), arrives: true },
  'cycle by a map': { make: cycleByMap, arrives: true },
  'cycle of errors': { make: cycleOfErrors },
  'cycle with a date': { make: () => cycleOf({ when: new Date(0) }), arrives: true },
  'cycle with a function': { make: () => cycleOf({ fn: () => 1 }) },
}
function errorStep(below) {
  return Object.assign(new Error('hostile', { cause: below }), { original: below })
}
const cycleOf = (object) => Object.assign(object, { round: object })
function cycleByMap() {
  const map = new Map()
  return map.set(map, map)
}
function cycleOfErrors() {
  const first = new Error('hostile')
  const second = new AggregateError([first], 'hostile', { cause: first })
  return Object.assign(first, { cause: second, second })
}

const numbers = (length) => Array.from({ length }, (_, index) => index)
const MB = 2 ** 20
export const huge = {
  'a text of 3 MB': { make: () => 'x'.repeat(3 * MB), arrives: true },
  'a wide text of 3 MB': { make: () => 'ж'.repeat(1.5 * MB), arrives: true },
  'a name of 1 MB': { make: () => ({ ['x'.repeat(MB)]: 1 }), arrives: true },
  'a Buffer of 8 MB': { make: () => Buffer.alloc(8 * MB), arrives: true },
  '200,000 numbers': { make: () => numbers(200_000), arrives: true },
  '50,000 properties': {
    make: () => Object.fromEntries(numbers(50_000).map((at) => [`p${at}`, at])),
    arrives: true,
  },
  '20,000 dates': { make: () => numbers(20_000).map((at) => new Date(at)), arrives: true },
  '3,000 functions': { make: () => numbers(3000).map((at) => () => at) },
  'a list that is said to be long': {
    make: () => Object.assign([1, 2], { length: 2 ** 32 - 1 }),
  },
  'a list of holes': { make: () => Array(1_000_000) },
  'a list with a place far out': { make: () => Object.assign([], { 4294967294: 1 }) },
  '1,000 shapes': { make: () => numbers(1000).map((at) => ({ [`k${at}`]: { [`m${at}`]: 1 } })) },
}
