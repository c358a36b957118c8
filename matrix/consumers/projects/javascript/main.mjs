import { localScope } from '@syncbridge/core'
import { customer, invoice, OutOfStock, quote } from './shop.mjs'

const told = {
  blocking: quote('ink'),
  nested: await localScope(() => {
    customer.isKnown = true
    return invoice(['pen', 'ink'])
  }),
  error: await invoice(['cap']).catch((error) => error instanceof OutOfStock && error.item),
}
console.log(JSON.stringify(told))
