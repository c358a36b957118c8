import type { ConditionName } from './machine/conditions.ts'

/** One number's place. */
export interface Place {
  scenario: string
  condition: ConditionName
  metric: string
}

/** What a number of ours must be beside another. */
export interface Goal extends Place {
  what: string
  /** The contenders to be better than: the best of them counts. */
  against: readonly string[]
  /** What of theirs counts, where it is not the same. */
  theirs?: Partial<Place>
  /** Ours divided by theirs; `difference`: ours less theirs; `times slower`: theirs divided by ours, and the limit is the least. */
  by?: 'ratio' | 'difference' | 'times slower'
  limit: number
}

const functions = ['synckit', 'make-synchronized', 'make-synchronous']
const pools = [
  'piscina',
  'piscina-best',
  'tinypool',
  'tinypool-best',
  'poolifier',
  'poolifier-best',
  'workerpool',
  'comlink',
  'jest-worker',
]
const itself = ['syncbridge']
const parked = ['floor-parked']

function blocking(): Goal[] {
  const limits = { pinned: 0.7, free: 0.15, cold: 0.5, hogs: 0.7 } as const
  return ['number', 'string 1 KB'].flatMap((metric) => [
    ...(['pinned', 'free', 'cold', 'hogs'] as const).map((condition) => ({
      ...{ what: `blocking call, ${metric}`, scenario: 'blocking', condition, metric },
      ...{ against: functions, limit: limits[condition] },
    })),
    ...(['pinned', 'free', 'cold', 'hogs'] as const).map((condition) => ({
      ...{ what: `blocking call, ${metric}`, scenario: 'blocking', condition, metric },
      ...{ against: parked, limit: 1.2 },
    })),
  ])
}

function values(): Goal[] {
  const place = { scenario: 'values', condition: 'pinned' } as const
  const number = { scenario: 'blocking', metric: 'number' }
  return [
    {
      ...place,
      what: 'blocking call, 10 KB plain object',
      metric: 'object 10 KB',
      against: functions,
      limit: 0.5,
    },
    { ...place, what: '1 MB buffer copied', metric: 'buffer 1 MB', against: functions, limit: 1 },
    {
      ...place,
      what: '1 MB transferred there and back, to our number call',
      metric: 'moved 1 MB',
      against: itself,
      theirs: number,
      limit: 2,
    },
    {
      ...place,
      what: '16 MB transferred there and back, to our number call',
      metric: 'moved 16 MB',
      against: itself,
      theirs: number,
      limit: 2,
    },
    { ...place, what: 'blocking call that throws', metric: 'throws', against: functions, limit: 1 },
  ]
}

function awaited(): Goal[] {
  const limits = {
    pinned: { 1: 0.6, 8: 0.35, 64: 0.1, 512: 0.05 },
    free: { 1: 0.5, 8: 0.5, 64: 0.15, 512: 0.05 },
  }
  return [
    ...(['pinned', 'free'] as const).flatMap((condition) =>
      Object.entries(limits[condition]).map(([inFlight, limit]) => ({
        ...{ what: `awaited call, ${inFlight} in flight`, scenario: 'awaited', condition, limit },
        ...{ metric: `${inFlight} in flight`, against: pools },
      })),
    ),
    {
      ...{
        what: 'awaited 10 KB plain object, 64 in flight',
        scenario: 'awaited-object',
        limit: 0.5,
      },
      ...{ condition: 'free', metric: '64 in flight', against: pools },
    },
  ]
}

function work(): Goal[] {
  const goal = (metric: string, limit: number): Goal => ({
    ...{ what: `${metric} of work, two threads, 64 in flight, to work ÷ 2`, limit, metric },
    ...{ scenario: 'work', condition: 'free', against: itself },
    theirs: { metric: `${metric}, ideal` },
  })
  return [
    goal('100 µs', 1.08),
    goal('5 ms', 1.01),
    {
      ...{ what: 'main loop’s delay p99 at 64 in flight, less idle (µs)', scenario: 'loop-delay' },
      ...{
        condition: 'free',
        metric: 'p99',
        against: ['floor-idle'],
        by: 'difference',
        limit: 300,
      },
    },
  ]
}

function nested(): Goal[] {
  const limits = { inner: 1.15, around: 1.2, 'four deep': 1.25 }
  const names = {
    inner: 'nested, inner call',
    around: 'nested, async → sync → async',
    'four deep': 'nested, four deep',
  }
  return [
    ...(['inner', 'around', 'four deep'] as const).map(
      (metric): Goal => ({
        ...{ what: names[metric], scenario: 'nested', condition: 'pinned', metric },
        ...{ against: parked, limit: limits[metric] },
      }),
    ),
    {
      ...{ what: names.around, scenario: 'nested', condition: 'pinned', metric: 'around' },
      ...{ against: ['sync-message-port'], limit: 0.55 },
    },
    {
      ...{
        what: 'one more level at depth 50, to one at depth 1',
        scenario: 'depth',
        condition: 'pinned',
      },
      ...{ metric: 'level at 50', against: itself, theirs: { metric: 'level at 1' }, limit: 1.2 },
    },
  ]
}

function locals(): Goal[] {
  return ['blocking', 'awaited'].flatMap((call) =>
    (
      [
        ['unchanged', 1.05],
        ['changed', 1.3],
      ] as const
    ).map(
      ([kind, limit]): Goal => ({
        ...{ what: `a Local with five keys ${kind}, ${call} call`, scenario: 'locals', limit },
        ...{ condition: 'pinned', metric: `${call}, ${kind}`, against: itself },
        theirs: { metric: `${call}, none` },
      }),
    ),
  )
}

function resources(): Goal[] {
  return [
    {
      ...{
        what: 'first call in a process, thread start included',
        scenario: 'first-call',
        limit: 1.15,
      },
      ...{ condition: 'free', metric: 'first call', against: ['floor-thread'] },
    },
    {
      ...{
        what: 'memory of one more idle thread, more than a bare one’s (MB)',
        scenario: 'memory',
      },
      ...{
        condition: 'free',
        metric: 'a thread',
        against: ['floor-thread'],
        by: 'difference',
        limit: 0.5,
      },
    },
    {
      ...{ what: 'import of @syncbridge/core', scenario: 'import', limit: 0.5 },
      ...{ condition: 'free', metric: 'import', against: ['piscina'] },
    },
  ]
}

function long(): Goal[] {
  return ['awaited', 'blocking'].flatMap((call): Goal[] => [
    {
      ...{ what: `${call} call, the last of ten million to the first`, scenario: 'endurance' },
      ...{ condition: 'pinned', metric: `${call}, last million`, against: itself, limit: 1.05 },
      theirs: { metric: `${call}, first million` },
    },
    {
      ...{ what: `${call} call, memory after ten million, more than after one (MB)` },
      ...{ scenario: 'endurance', condition: 'pinned', metric: `${call}, memory after the last` },
      ...{ against: itself, theirs: { metric: `${call}, memory after the first` } },
      ...{ by: 'difference', limit: 10 },
    },
  ])
}

function python(): Goal[] {
  const goal = (what: string, metric: string, theirs: Partial<Place>, limit: number): Goal => ({
    ...{ what: `Python: ${what}`, condition: 'pinned', against: ['asgiref'], by: 'times slower' },
    ...{ scenario: 'asgiref', metric, theirs, limit },
  })
  return [
    goal('sync_to_async', 'sync to async', {}, 6),
    goal('async_to_sync', 'async to sync', {}, 18),
    goal('async → sync → async', 'around', {}, 6),
  ]
}

/** The table of goals, row by row. */
export const goals: readonly Goal[] = [
  ...blocking(),
  ...values(),
  ...awaited(),
  ...work(),
  ...nested(),
  ...locals(),
  ...resources(),
  ...python(),
  ...long(),
]
