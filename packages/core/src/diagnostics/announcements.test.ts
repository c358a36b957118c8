import { describe, expect, test, vi } from 'vitest'
import { Announcements } from './announcements.js'

describe('announcements', () => {
  test('are made in order, each once, and in the next tick where nobody makes them before', async () => {
    const said: number[] = []
    const announcements = new Announcements((publish) => publish())
    announcements.add(() => said.push(1))
    announcements.add(() => said.push(2))
    expect(said).toEqual([])
    announcements.publish()
    announcements.add(() => said.push(3))
    expect(said).toEqual([1, 2])
    await new Promise((resolve) => setImmediate(resolve))
    expect(said).toEqual([1, 2, 3])
  })

  test('are made in order also by one of them that makes those that wait, as a listener does that blocks', () => {
    const said: string[] = []
    const announcements = new Announcements((publish) => publish())
    announcements.add(() => {
      said.push('first')
      // As in a listener that blocks its thread.
      announcements.add(() => said.push('from within'))
      announcements.publish()
      said.push('first again')
    })
    announcements.add(() => said.push('second'))
    announcements.publish()
    expect(said).toEqual(['first', 'second', 'from within', 'first again'])
  })

  test('are made all of them, whatever one of them throws', () => {
    const nextTick = vi.spyOn(process, 'nextTick').mockImplementation(() => undefined)
    const announcements = new Announcements((publish) => publish())
    const heard = vi.fn()
    announcements.add(() => {
      throw new Error('of a listener')
    })
    announcements.add(heard)
    announcements.publish()
    nextTick.mockRestore()
    expect(heard).toHaveBeenCalledTimes(1)
  })
})
