/** The way of ES modules. */
export const ledgerModule = new URL('./ledger.module.js', import.meta.url)
