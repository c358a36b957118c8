/** Points `node_modules/.bin/node` at the Node that npm installed for this platform; see `link-node.mjs`. */
export function linkNode(root: string, platform?: NodeJS.Platform): string | undefined
