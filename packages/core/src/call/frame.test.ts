import { describe, expect, test } from 'vitest'
import type { CallMessage, CallName } from '../protocol.js'
import { Frames } from './frame.js'

const message = (from: string, id: number, origin?: CallName) =>
  ({ from, id, request: { origin } }) as CallMessage
const open = (frames: Frames) => frames.open({ critical: new Map() })

describe('the frames of a thread', () => {
  test('stack up and have numbers that are never used again', () => {
    const frames = new Frames(() => undefined)
    const outer = open(frames)
    const inner = open(frames)
    expect(frames.depth).toBe(2)
    frames.close(inner)
    const next = open(frames)
    expect(new Set([outer.id, inner.id, next.id]).size).toBe(3)
    expect(frames.depth).toBe(2)
  })

  test('have numbers that fit into 31 bits for ever, above those that are open', () => {
    const told: number[] = []
    const frames = new Frames((id) => told.push(id), 2 ** 30 - 1)
    const last = open(frames)
    const inner = open(frames)
    expect(inner.id).toBeGreaterThan(last.id)
    frames.close(inner)
    frames.close(last)
    const [first, second] = [open(frames), open(frames)]
    expect([first.id, second.id]).toEqual([1, 2])
    expect(frames.find(second.id)).toBe(second)
    expect(Math.max(...told)).toBeLessThan(2 ** 31)
  })

  test('are found while they are open, and not after', () => {
    const frames = new Frames(() => undefined)
    const [outer, inner] = [open(frames), open(frames)]
    expect(frames.find(outer.id)).toBe(outer)
    frames.close(inner)
    expect(frames.find(inner.id)).toBeUndefined()
    expect(frames.find(outer.id)).toBe(outer)
    expect(frames.find(99)).toBeUndefined()
  })

  test('give back at their end what reached them too late, and keep the work of others', () => {
    const frames = new Frames(() => undefined)
    const [outer, inner] = [open(frames), open(frames)]
    outer.queue.push(message('0', 1))
    inner.queue.push(message('0', 2), message('0', 3))
    expect(frames.close(inner).map(({ id }) => id)).toEqual([2, 3])
    expect(outer.queue.map(({ id }) => id)).toEqual([1])
    expect(frames.close(inner)).toEqual([])
    expect(frames.depth).toBe(1)
  })

  test('let a call be withdrawn from whichever queue it waits in, by sender and number', () => {
    const frames = new Frames(() => undefined)
    const [outer, inner] = [open(frames), open(frames)]
    outer.queue.push(message('0', 1), message('0/2', 1))
    inner.queue.push(message('0', 2))
    expect(frames.withdraw('0/2', 1)).toBe(true)
    expect(frames.withdraw('0/2', 1)).toBe(false)
    expect(frames.withdraw('0', 2)).toBe(true)
    expect(outer.queue).toEqual([message('0', 1)])
    expect(inner.queue).toEqual([])
  })

  test('let go of all that a thread has in line, and what it has made, and of nothing else', () => {
    const frames = new Frames(() => undefined)
    const [outer, inner] = [open(frames), open(frames)]
    outer.queue.push(message('0/2', 1), message('0', 1), message('0/2', 2))
    inner.queue.push(message('0/2/1', 1), message('0/21', 1))
    expect(frames.withdrawAllOf('0/2').map(({ from, id }) => `${from}#${id}`)).toEqual([
      '0/2#1',
      '0/2#2',
      '0/2/1#1',
    ])
    expect(outer.queue).toEqual([message('0', 1)])
    expect(inner.queue).toEqual([message('0/21', 1)])
    expect(frames.withdrawAllOf('0/2')).toEqual([])
  })

  test('let go of what the root has relayed for it, and of nothing that was relayed for others', () => {
    const frames = new Frames(() => undefined)
    const { queue } = open(frames)
    const other = message('0', 2, { from: '0/3', id: 1 })
    queue.push(message('0', 1, { from: '0/2', id: 1 }), other)
    expect(frames.withdrawAllOf('0/2').map(({ id }) => id)).toEqual([1])
    expect(queue).toEqual([other])
  })

  test('tell which is the innermost whenever that changes, and 0 when there is none', () => {
    const told: number[] = []
    const frames = new Frames((id) => told.push(id))
    const [outer, inner] = [open(frames), open(frames)]
    frames.close(inner)
    frames.close(outer)
    expect(told).toEqual([outer.id, inner.id, outer.id, 0])
  })
})
