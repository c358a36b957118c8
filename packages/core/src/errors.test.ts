import { describe, expect, test, vi } from 'vitest'
import * as errors from './errors.js'

/** A second copy of the module, as another format or another module graph has one. */
async function loadCopy(): Promise<typeof errors> {
  vi.resetModules()
  return await import('./errors.js')
}

const codes: ReadonlyArray<
  readonly [Class: typeof errors.SyncBridgeError, name: string, code: string]
> = [
  [errors.SyncBridgeError, 'SyncBridgeError', 'SYNCBRIDGE_ERROR'],
  [errors.BlockedLoopError, 'BlockedLoopError', 'SYNCBRIDGE_BLOCKED_LOOP'],
  [errors.DeadlockError, 'DeadlockError', 'SYNCBRIDGE_DEADLOCK'],
  [errors.RegistrationError, 'RegistrationError', 'SYNCBRIDGE_REGISTRATION'],
  [errors.EntryModuleError, 'EntryModuleError', 'SYNCBRIDGE_ENTRY_MODULE'],
  [errors.TransferError, 'TransferError', 'SYNCBRIDGE_TRANSFER'],
  [errors.QueueFullError, 'QueueFullError', 'SYNCBRIDGE_QUEUE_FULL'],
  [errors.CallTimeoutError, 'CallTimeoutError', 'SYNCBRIDGE_CALL_TIMEOUT'],
  [errors.ThreadExitedError, 'ThreadExitedError', 'SYNCBRIDGE_THREAD_EXITED'],
  [errors.ClosedError, 'ClosedError', 'SYNCBRIDGE_CLOSED'],
  [errors.VersionMismatchError, 'VersionMismatchError', 'SYNCBRIDGE_VERSION_MISMATCH'],
]

describe('each error of the library', () => {
  test('has its stable code, its name, and the base class', () => {
    for (const [Class, name, code] of codes) {
      const error = new Class('message')
      expect([error.code, error.name, error.message]).toEqual([code, name, 'message'])
      expect(error).toBeInstanceOf(errors.SyncBridgeError)
      expect(error).toBeInstanceOf(Error)
      expect(String(error)).toBe(`${name}: message`)
      expect(Object.keys(error)).toEqual(['code'])
    }
  })

  test('is in the list of those that cross without being registered', () => {
    expect(errors.ownErrorClasses.map((Class) => Class.name).sort()).toEqual(
      codes.map(([, name]) => name).sort(),
    )
  })

  test('carries function, thread and cause only where they are given', () => {
    const cause = new Error('why')
    const error = new errors.ClosedError('m', { cause, function: 'f (x.js)', thread: '0/1' })
    expect([error.cause, error.function, error.thread]).toEqual([cause, 'f (x.js)', '0/1'])
    expect('cause' in new errors.ClosedError('m')).toBe(false)
    expect('cause' in new errors.ClosedError('m', { cause: undefined })).toBe(false)
    expect(new errors.TransferError('m', { path: 'args[0]' }).path).toBe('args[0]')
    expect(new errors.ThreadExitedError('m', { exitCode: 0 }).exitCode).toBe(0)
    expect('exitCode' in new errors.ThreadExitedError('m', { exitCode: undefined })).toBe(false)
  })
})

describe('instanceof', () => {
  test('tells the classes apart', () => {
    const error = new errors.QueueFullError('m')
    expect(error).toBeInstanceOf(errors.QueueFullError)
    expect(error).not.toBeInstanceOf(errors.ClosedError)
    expect(new errors.SyncBridgeError('m')).not.toBeInstanceOf(errors.ClosedError)
  })

  test('holds across two copies of the library, in both directions, and tells the classes apart', async () => {
    const copy = await loadCopy()
    expect(copy.QueueFullError).not.toBe(errors.QueueFullError)
    const [ours, theirs] = [new errors.QueueFullError('m'), new copy.QueueFullError('m')]
    expect(ours instanceof copy.QueueFullError).toBe(true)
    expect(theirs instanceof errors.QueueFullError).toBe(true)
    expect(theirs instanceof errors.SyncBridgeError).toBe(true)
    expect(theirs instanceof errors.ClosedError).toBe(false)
    expect(new copy.SyncBridgeError('m') instanceof errors.ClosedError).toBe(false)
  })

  test('is not fooled by the code alone', () => {
    for (const fake of [
      { code: 'SYNCBRIDGE_CLOSED' },
      Object.assign(new Error('m'), { code: 'SYNCBRIDGE_CLOSED' }),
      null,
      undefined,
      'SYNCBRIDGE_CLOSED',
    ]) {
      expect(fake instanceof errors.ClosedError).toBe(false)
      expect(fake instanceof errors.SyncBridgeError).toBe(false)
    }
  })

  test('takes a user’s subclass for what it is', () => {
    class Mine extends errors.ClosedError {}
    class Other extends errors.ClosedError {}
    const mine = new Mine('m')
    expect(mine).toBeInstanceOf(errors.ClosedError)
    expect(mine).not.toBeInstanceOf(Other)
    expect(new errors.ClosedError('m')).not.toBeInstanceOf(Mine)
    expect(mine.name).toBe('Mine')
  })
})
