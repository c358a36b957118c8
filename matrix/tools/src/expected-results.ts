/** What `program/src/main.ts` prints wherever it runs well. */
export const expectedResults = {
  blocking: 'blocking in a thread',
  sensitive: 'sensitive in a thread',
  pooled: 'pooled in a thread',
  nested: 'level 3 in main, level 2 in main, level 1 in main, bottom in a thread',
  helped: 'helped in a thread',
  byName: ['first in a thread', 'second in a thread'],
  looped: ['loop 0 in a thread', 'loop 1 in a thread', 'loop 2 in a thread'],
  static: ['static field in a thread', 'static method in a thread'],
  default: 'default in a thread',
  again: ['default in a thread', 'first in a thread', 'static field in a thread'],
  byUrl: ['42 in a thread', '42 in main'],
  error: ['Refused', 'amount is refused', 'amount'],
  blockingError: true,
  local: ['mine', 'theirs'],
}
