/** Knows nothing of the bridge: it is named by its URL. */
import { told } from './place.js'

export function area(width: number, height: number): string {
  return told(`${width * height}`)
}

export async function areaLater(width: number, height: number): Promise<string> {
  await Promise.resolve()
  return told(`${width * height}`)
}
