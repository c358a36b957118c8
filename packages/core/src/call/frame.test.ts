import { describe, expect, test } from 'vitest'
import type { CallMessage } from '../protocol.js'
import { Frames } from './frame.js'

const message = (from: string, id: number) => ({ from, id }) as CallMessage
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

  test('tell which is the innermost whenever that changes, and 0 when there is none', () => {
    const told: number[] = []
    const frames = new Frames((id) => told.push(id))
    const [outer, inner] = [open(frames), open(frames)]
    frames.close(inner)
    frames.close(outer)
    expect(told).toEqual([outer.id, inner.id, outer.id, 0])
  })
})
