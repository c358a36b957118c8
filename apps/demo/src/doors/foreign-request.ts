import { ForeignRequestError } from '../desk-error.js'

/**
 * Refuses what another site's page had a browser send: a cookie would come with it, though its user never asked. Browsers say
 * so themselves; programs send no such header.
 *
 * @throws ForeignRequestError
 */
export function refuseForeign(method: string, fetchSite: string | undefined): void {
  if (method === 'GET' || method === 'HEAD') return
  if (fetchSite === undefined || fetchSite === 'same-origin' || fetchSite === 'none') return
  throw new ForeignRequestError()
}
