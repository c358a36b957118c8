// A process of its own that only answers: the floor under what the desk takes.
import { createServer } from 'node:http'

const server = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1')
server.once('listening', () => process.send(`http://127.0.0.1:${server.address().port}/`))
process.once('disconnect', () => process.exit())
