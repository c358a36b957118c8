import { print, printLater } from './functions.js'

console.log('main')
printLater('loop')
console.log('main again')
await print('thread')
console.log('the end')
