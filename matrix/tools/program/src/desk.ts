import { syncToAsync } from '@syncbridge/core'
import { Money } from './money.js'
import { request } from './request.js'

export const whoAsks = syncToAsync(() => request.id)
export const double = syncToAsync((money: Money) => new Money(2 * money.cents))
