// Comlink gives its adapter for Node no types.
export { default as nodeEndpoint } from 'comlink/dist/esm/node-adapter.mjs'
