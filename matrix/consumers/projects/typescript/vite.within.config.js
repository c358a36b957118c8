/** As people build who ship one file without `node_modules`. */
export default { ssr: { noExternal: true } }
