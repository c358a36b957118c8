/** Modules by their URLs, of which one is there by another name until it is compiled. */
import { asyncToSync, syncToAsync } from '@syncbridge/core'

const url = new URL('./plain.js', import.meta.url)
export const { area } = syncToAsync<typeof import('./plain.js')>(url)
const { areaLater } = asyncToSync<typeof import('./plain.js')>(url)
export const areaThroughLoop = syncToAsync((width: number, height: number) =>
  areaLater(width, height),
)
