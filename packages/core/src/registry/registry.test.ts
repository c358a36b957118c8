import { describe, expect, test, vi } from 'vitest'
import { addInstanceCodec, codecFor } from '../codec/instance-codecs.js'
import { type CallSite, siteOf } from './call-site.js'
import { printModule, printRef } from './function-ref.js'
import { Registry } from './registry.js'

const a = { module: 'file:///a.js', format: 'esm' } as const
const b = { module: 'file:///b.js', format: 'cjs' } as const
const fn = (result?: unknown) => () => result
const addCodec = (registry: Registry, site: CallSite) => {
  const Money = class Money {}
  addInstanceCodec(Money, { encode: () => 0, decode: () => new Money() }, site, registry)
  return codecFor(new Money())?.ordinal
}
const addErrorClass = (registry: Registry, site: CallSite) => {
  const Refused = class Refused extends Error {}
  registry.addErrorClass(Refused, site)
  return registry.placeOfErrorClass(Refused)?.ordinal
}

describe('a registry', () => {
  test('names functions by module, name and which one of that name', () => {
    const registry = new Registry()
    const [first, second] = [fn(1), fn(2)]
    const refs = [
      registry.add(a, 'f', first),
      registry.add(a, 'f', second),
      registry.add(a, 'g', fn()),
      registry.add(b, 'f', fn()),
    ]
    expect(refs.map(({ module, name, ordinal }) => [module, name, ordinal])).toEqual([
      [a.module, 'f', 0],
      [a.module, 'f', 1],
      [a.module, 'g', 0],
      [b.module, 'f', 0],
    ])
    expect(refs.map(({ format }) => format)).toEqual(['esm', 'esm', 'esm', 'cjs'])
    expect(registry.find(refs[0] as never)).toBe(first)
    expect(registry.find(refs[1] as never)).toBe(second)
  })

  test('gives the same names to the same registrations in every thread', () => {
    const register = () => {
      const registry = new Registry()
      return [registry.add(a, 'f', fn()), registry.add(a, 'f', fn()), registry.add(b, 'f', fn())]
    }
    expect(register()).toEqual(register())
  })

  test('takes many functions of one name as quickly as functions with names of their own', () => {
    const timeOf = (nameOf: (index: number) => string) => {
      const registry = new Registry()
      const began = performance.now()
      for (let index = 0; index < 20_000; index += 1) registry.add(a, nameOf(index), fn())
      return performance.now() - began
    }
    timeOf(String)
    const [own, one] = [timeOf(String), timeOf(() => 'f')]
    expect(one / own).toBeLessThan(10)
  })

  test('tells with each of them how many there are of its name', () => {
    const registry = new Registry()
    const [first, other] = [registry.add(a, 'f', fn()), registry.add(a, 'g', fn())]
    for (let index = 0; index < 4; index += 1) registry.add(a, 'f', fn())
    expect([first.namesakes, other.namesakes]).toEqual([{ count: 5 }, { count: 1 }])
  })

  test('does not find what it does not have', () => {
    const registry = new Registry()
    const ref = registry.add(a, 'f', fn())
    expect(registry.find({ ...ref, ordinal: 1 })).toBeUndefined()
    expect(registry.find({ ...ref, module: b.module })).toBeUndefined()
    expect(registry.find({ ...ref, kind: 'export' })).toBeUndefined()
  })

  test('does not take for the same one what another line registered, where their number differs', () => {
    const [here, there] = [new Registry(), new Registry()]
    here.add({ ...a, line: 8 }, 'f', fn('first'))
    const second = here.add({ ...a, line: 9 }, 'f', fn('second'))
    const first = { ...second, ordinal: 0, line: 8 }
    there.add({ ...a, line: 9 }, 'f', fn('second'))
    expect(there.find(first)).toBeUndefined()
    expect(there.find(second)).toBeUndefined()
  })

  test('takes for the same one what a transformed module registers on another line', () => {
    const [here, there] = [new Registry(), new Registry()]
    const ref = here.add({ ...a, line: 8 }, 'f', fn())
    const theirs = fn()
    there.add({ ...a, line: 120 }, 'f', theirs)
    expect(there.find(ref)).toBe(theirs)
    there.add({ ...b, line: 5 }, 'f', theirs)
    expect(there.find(here.add(b, 'f', fn()))).toBe(theirs)
  })

  test('wakes who waits for a function as soon as it is registered, once, and nobody else', () => {
    const registry = new Registry()
    const ref = new Registry().add(a, 'f', fn())
    const [one, two, other] = [vi.fn(), vi.fn(), vi.fn()]
    registry.whenAdded(ref, one)
    registry.whenAdded(ref, two)
    registry.whenAdded({ ...ref, ordinal: 1 }, other)
    registry.add(a, 'g', fn())
    expect(one).not.toHaveBeenCalled()
    registry.add(a, 'f', fn())
    expect([one, two, other].map(({ mock }) => mock.calls.length)).toEqual([1, 1, 0])
    registry.add(a, 'f', fn())
    expect([one, two, other].map(({ mock }) => mock.calls.length)).toEqual([1, 1, 1])
  })

  test('wakes nobody who has called it off', () => {
    const registry = new Registry()
    const ref = new Registry().add(a, 'f', fn())
    const [one, two] = [vi.fn(), vi.fn()]
    const stop = registry.whenAdded(ref, one)
    registry.whenAdded(ref, two)
    stop()
    stop()
    registry.add(a, 'f', fn())
    expect([one, two].map(({ mock }) => mock.calls.length)).toEqual([0, 1])
  })

  test('keeps exports apart from what was registered under the same name', () => {
    const registry = new Registry()
    const placed = registry.add(a, 'f', fn('placed'))
    const exported = { ...placed, kind: 'export' as const }
    const own = fn('exported')
    registry.keep(exported, own)
    expect(registry.find(exported)).toBe(own)
    expect(registry.find(placed)).not.toBe(own)
  })

  test('knows which modules keep their own part inside main()', () => {
    const registry = new Registry()
    registry.guard(a.module)
    expect([registry.isGuarded(a.module), registry.isGuarded(b.module)]).toEqual([true, false])
  })

  test('knows error classes by their place: two of one name are two', () => {
    const registry = new Registry()
    const [One, Two, Third] = [
      class Lost extends Error {},
      class Lost extends Error {},
      class Lost extends Error {},
    ]
    registry.addErrorClass(One, a)
    registry.addErrorClass(Two, b)
    registry.addErrorClass(Third, b)
    for (const [Class, module] of [
      [One, a.module],
      [Two, b.module],
      [Third, b.module],
    ] as const) {
      const place = registry.placeOfErrorClass(Class)
      expect(place?.module).toBe(module)
      expect(registry.findErrorClass({ name: 'Lost', ...place })).toBe(Class)
    }
    expect(registry.findErrorClass({ name: 'Found', module: a.module })).toBeUndefined()
    expect(registry.placeOfErrorClass(class Lost extends Error {})).toBeUndefined()
  })
})

describe('siteOf', () => {
  test('takes a URL for an ES module and a path for CommonJS', () => {
    expect(siteOf('file:///a%20b/c.js')).toEqual({ module: 'file:///a%20b/c.js', format: 'esm' })
    expect(siteOf('/a b/c#1.js')).toEqual({ module: 'file:///a%20b/c%231.js', format: 'cjs' })
    expect(siteOf('data:text/javascript,0').format).toBe('esm')
  })
})

describe('printRef', () => {
  test('is for people: the name, the path, and the line where it is known', () => {
    const ref = new Registry().add(
      { module: 'file:///a%20b/c.js', format: 'esm', line: 7 },
      'f',
      fn(),
    )
    expect(printRef(ref)).toBe('f (/a b/c.js:7)')
    expect(printRef({ ...ref, line: undefined })).toBe('f (/a b/c.js)')
    expect(printModule('data:text/javascript,0')).toBe('data:text/javascript,0')
  })
})

describe('a module that is evaluated once more', () => {
  const evaluated = () => ({ ...a, evaluation: {} })

  test('registers the same names, which then stand for what it registered last', () => {
    const registry = new Registry()
    const add = () => {
      const site = evaluated()
      return [fn(1), fn(2)].map((each) => ({ each, ref: registry.add(site, 'f', each) }))
    }
    const [before, after] = [add(), add()]
    expect(after.map(({ ref }) => ref)).toEqual(before.map(({ ref }) => ref))
    for (const [index, { ref }] of before.entries())
      expect(registry.find(ref)).toBe(after[index]?.each)
  })

  test.each([
    ['a function', (registry: Registry, site: CallSite) => registry.add(site, 'x', fn()).ordinal],
    ['a Local', (registry: Registry, site: CallSite) => registry.nextOrdinal(site, 'Local')],
    ['a codec', (registry: Registry, site: CallSite) => addCodec(registry, site)],
    ['an error class', (registry: Registry, site: CallSite) => addErrorClass(registry, site)],
  ])('begins its numbers anew also where %s is all that it has', (_, ordinalOf) => {
    const registry = new Registry()
    const round = () => {
      const site = evaluated()
      return [ordinalOf(registry, site), ordinalOf(registry, site)]
    }
    expect([round(), round(), round()]).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ])
    // A thread evaluates the module once, and Node does not tell one evaluation from another.
    const there = new Registry()
    expect([ordinalOf(there, a), ordinalOf(there, a)]).toEqual([0, 1])
  })

  test('is found from a thread where it was evaluated once, on other lines', () => {
    const [here, there] = [new Registry(), new Registry()]
    for (let times = 0; times < 3; times += 1) here.add({ ...evaluated(), line: 5 }, 'f', fn())
    const ref = here.add({ ...evaluated(), line: 5 }, 'f', fn())
    const theirs = fn()
    there.add({ ...a, line: 70 }, 'f', theirs)
    expect(there.find(ref)).toBe(theirs)
  })

  test('loses what was noted of its exports, and its error classes', () => {
    const registry = new Registry()
    const classes = [0, 1].map(() => {
      const Refused = class Refused extends Error {}
      registry.addErrorClass(Refused, evaluated())
      return Refused
    })
    registry.noteModule(a.module, {})
    registry.add(evaluated(), 'f', fn())
    expect(registry.namespaceOf(a.module)).toBeUndefined()
    expect(registry.findErrorClass({ module: a.module, name: 'Refused', ordinal: 0 })).toBe(
      classes[1],
    )
  })
})
