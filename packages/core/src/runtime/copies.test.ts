import { describe, expect, test } from 'vitest'
import { VersionMismatchError } from '../errors.js'
import { type Copy, checkCopies } from './copies.js'

const copy = (version: string, protocol = 5): Copy => ({
  version,
  protocol,
  place: `file:///${version}/index.js`,
})
const check = (first: Copy, second: Copy) => () => checkCopies(first, second)

describe('two copies of the library', () => {
  test('share a thread if they are of one major and one protocol', () => {
    for (const [first, second] of [
      ['1.2.3', '1.2.3'],
      ['1.2.3', '1.2.4'],
      ['1.2.3', '1.3.0'],
      ['0.1.0', '0.2.0'],
      ['10.0.0', '10.1.0-beta.1'],
    ] as const) {
      expect(check(copy(first), copy(second))).not.toThrow()
      expect(check(copy(second), copy(first))).not.toThrow()
    }
  })

  test('refuse each other if they are of two majors, or speak of other messages', () => {
    expect(check(copy('1.2.3'), copy('2.0.0'))).toThrow(VersionMismatchError)
    expect(check(copy('1.2.3'), copy('10.2.3'))).toThrow(VersionMismatchError)
    expect(check(copy('0.1.0', 5), copy('0.2.0', 6))).toThrow(VersionMismatchError)
  })

  test('are named, with their places and the remedy', () => {
    expect(check(copy('1.2.3'), { ...copy('2.0.0'), place: undefined })).toThrow(
      /1\.2\.3 \(protocol 5, in file:\/\/\/1\.2\.3\/index\.js\), and 2\.0\.0 \(protocol 5, in a bundle\).*npm ls @syncbridge\/core/,
    )
  })
})
