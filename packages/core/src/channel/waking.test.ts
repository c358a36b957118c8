/** Whom a channel wakes, and when. */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import type { Message } from '../protocol.js'
import { Bell } from './bell.js'
import { LaneChannel } from './lane-channel.js'
import { SLOT_COUNT } from './layout.js'
import { RING_BYTES } from './ring.js'

const { port1, port2 } = new MessageChannel()
afterEach(() => wakeUps())

/** So many times the other side has been woken in its event loop since it was asked last. */
function wakeUps(): number {
  let count = 0
  while (receiveMessageOnPort(port2)) count += 1
  return count
}

/** A channel, and the bell of whoever sleeps at its other end. */
function towardsSleeper({ isPatient }: { isPatient: boolean }) {
  const bell = new Bell(new SharedArrayBuffer(SLOT_COUNT * Int32Array.BYTES_PER_ELEMENT))
  const channel = new LaneChannel({
    port: port1,
    peerBell: bell,
    here: '0/1',
    peer: '0',
    out: new SharedArrayBuffer(RING_BYTES),
    in: new SharedArrayBuffer(RING_BYTES),
    onMalformed: (error) => {
      throw error
    },
    encodeReason: ({ message }) => ({ value: [message] }),
  })
  bell.doze(isPatient)
  return channel
}

const message: Message = { kind: 'pulse', to: '0', from: '0/1', number: 1, isAnswer: true }

describe('whoever sleeps at the other end of a channel', () => {
  test('is woken once for all that was posted before it wakes', () => {
    const channel = towardsSleeper({ isPatient: false })
    channel.post(message)
    channel.post(message)
    channel.flush()
    expect(wakeUps()).toBe(1)
  })

  test('sleeps on, if patient, while more is to come, turns of the event loop in between included', () => {
    const channel = towardsSleeper({ isPatient: true })
    for (let turn = 0; turn < 3; turn += 1) {
      channel.post(message, [], 'unless patient')
      channel.flush(true)
    }
    expect(wakeUps()).toBe(0)
    channel.flush()
    expect(wakeUps()).toBe(1)
    channel.flush()
    expect(wakeUps()).toBe(0)
  })

  test('is woken at once, if not patient, although more is to come', () => {
    const channel = towardsSleeper({ isPatient: false })
    channel.post(message, [], 'unless patient')
    expect(wakeUps()).toBe(1)
  })

  test('is woken at the next turn for what it was not to be woken for alone', () => {
    const channel = towardsSleeper({ isPatient: false })
    channel.post(message, [], 'by flush')
    expect(wakeUps()).toBe(0)
    channel.flush(true)
    expect(wakeUps()).toBe(1)
  })
})
