export { default as again, first as renamed, Ledger } from './calls.js'
