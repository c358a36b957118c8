const { localScope } = require('@syncbridge/core')
const { customer, invoice, OutOfStock, quote } = require('./shop.cjs')

async function main() {
  const told = {
    blocking: quote('ink'),
    nested: await localScope(() => {
      customer.isKnown = true
      return invoice(['pen', 'ink'])
    }),
    error: await invoice(['cap']).catch((error) => error instanceof OutOfStock && error.item),
  }
  console.log(JSON.stringify(told))
}
main()
