import { asyncToSync } from '@syncbridge/core'
export const reset = asyncToSync(async()=>{__T.fill(0);__N.fill(0)})
export const dump = asyncToSync(async()=>{const names={1:'→park look',2:'park (slept)',3:'→ring wake',4:'notify',5:'→deliver',6:'→performAsync',7:'→succeeded',8:'→attend'}; let s=''; for (const k in names) s+=names[k].padEnd(16)+(__T[k]/20000*1000).toFixed(2)+' us/call '+(__N[k]/20000).toFixed(2)+'x\n'; return s})
