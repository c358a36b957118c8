// import.js
import { db } from './ledger.js'

export default function importPostings({ body }) {
  const insert = db.prepare('INSERT INTO posting VALUES (?, ?)')
  for (const line of body.trim().split('\n')) {
    const [account, cents] = line.split(',')
    insert.run(account, Number(cents))
  }
  return { status: 201 }
}
