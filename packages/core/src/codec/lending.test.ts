import { describe, expect, test } from 'vitest'
import type { FunctionRef } from '../protocol.js'
import { Handles } from '../registry/handles.js'
import { Lending } from './lending.js'

const ref: FunctionRef = {
  kind: 'place',
  module: 'file:///m.js',
  format: 'esm',
  name: 'f',
  ordinal: 0,
}
const handlesOf = (address: string) => {
  const handles = new Handles(address)
  handles.present = ({ name }) => Object.defineProperty(() => undefined, 'name', { value: name })
  return handles
}

describe('what a call lends', () => {
  test('is released with it, and only that: what lives elsewhere has a number of its own there', () => {
    const [here, elsewhere] = [handlesOf('0'), handlesOf('0/1')]
    const own = () => 1
    const kept = here.give(own, false, '0/2')
    const strange = elsewhere.give(() => 2, false)
    expect(strange.id).toBe(kept.id)
    const stub = here.take(strange, { iterators: 'async', isOurs: false }) as object

    const lending = new Lending(here, ref, 'async', undefined)
    expect(lending.give(stub)).toEqual(strange)
    lending.release()

    expect(here.take(kept, { iterators: 'async', isOurs: false })).toBe(own)
  })

  test('is held on as long as what came in return', () => {
    const [here, elsewhere] = [handlesOf('0'), handlesOf('0/1')]
    const lending = new Lending(here, ref, 'async', undefined)
    const lent = lending.give(() => 1)
    const borrowed = lending.take(elsewhere.give(() => 2, false)) as object
    lending.release()
    expect(here.size).toBe(1)
    here.letGo(borrowed)
    expect(here.size).toBe(0)
    expect(() => here.take(lent, { iterators: 'async', isOurs: false })).toThrow(/was released/)
  })
})
