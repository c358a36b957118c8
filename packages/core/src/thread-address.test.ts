import { describe, expect, test } from 'vitest'
import { isWithin, makerOf } from './thread-address.js'

describe('an address', () => {
  test('says who made its thread; nobody made the root', () => {
    expect(makerOf('0/3/1')).toBe('0/3')
    expect(makerOf('0/3')).toBe('0')
    expect(makerOf('0')).toBe('')
  })

  test('lies within its own thread and those above it, and not within one whose number only begins alike', () => {
    expect(isWithin('0/3', '0/3')).toBe(true)
    expect(isWithin('0/3/1', '0/3')).toBe(true)
    expect(isWithin('0/31', '0/3')).toBe(false)
    expect(isWithin('0', '0/3')).toBe(false)
  })
})
