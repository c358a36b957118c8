import { localScope, main, SyncBridgeError } from '@syncbridge/core'
import { customer, invoice, OutOfStock, quote } from './shop.ts'

main(async () => {
  const price: number | undefined = quote('ink')
  const nested: { total: number; places: string[] } = await localScope(() => {
    customer.isKnown = true
    return invoice(['pen', 'ink'])
  })
  const error: unknown = await invoice(['cap']).catch((thrown: unknown) => thrown)
  if (error instanceof SyncBridgeError) throw error
  console.log(
    JSON.stringify({ blocking: price, nested, error: error instanceof OutOfStock && error.item }),
  )
})

// What a compiler must refuse: were these types lost, nothing would be an error here.
export function refused(): void {
  // @ts-expect-error: items are strings.
  void invoice([1])
  // @ts-expect-error: awaited, it is not there yet.
  void invoice(['pen']).total
  // @ts-expect-error: blocking, there is nothing to await.
  void quote('pen').then
}
