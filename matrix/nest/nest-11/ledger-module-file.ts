/** The way of CommonJS. */
export const ledgerModule = require.resolve('./ledger.module.js')
