import { registerCodec } from '@syncbridge/core'

export class Money {
  readonly cents: number

  constructor(cents: number) {
    this.cents = cents
  }
}
registerCodec(Money, { encode: ({ cents }) => cents, decode: (cents: number) => new Money(cents) })
