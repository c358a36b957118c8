/** The functions of a small shop: sync code that blocks for async code, which goes on with sync code. */
import { isMainThread } from 'node:worker_threads'
import { asyncToSync, Local, registerError, syncToAsync } from '@syncbridge/core'

const place = () => (isMainThread ? 'main' : 'a thread')
const prices = { pen: 2, ink: 5 }

export class OutOfStock extends Error {
  name = 'OutOfStock'
  constructor(item) {
    super(`no ${item} left`)
    this.item = item
  }
}
registerError(OutOfStock)

export const customer = new Local()

const discountOf = syncToAsync(function discountOf() {
  return { cents: customer.isKnown ? 1 : 0, place: place() }
})

const priceOf = asyncToSync(async function priceOf(item) {
  await new Promise((resolve) => setTimeout(resolve, 1))
  if (!(item in prices)) throw new OutOfStock(item)
  const discount = await discountOf()
  return { price: prices[item] - discount.cents, places: [place(), discount.place] }
})

export const invoice = syncToAsync(function invoice(items) {
  const priced = items.map((item) => priceOf(item))
  const total = priced.reduce((sum, { price }) => sum + price, 0)
  return { total, places: [place(), ...priced[0].places] }
})

export const quote = asyncToSync(async function quote(item) {
  await new Promise((resolve) => setTimeout(resolve, 1))
  return prices[item]
})
