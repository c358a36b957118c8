// `npm run bench`: how fast the bridge is beside its peers and beside what threads allow.
//
// What makes benchmarks lie, and what is done about it here:
// - A busy machine: asked before the run, told in the result, and every number is compared with one of the same round.
// - Drift, of the clock rate, of the neighbours on the machine: contenders take turns, and every other round goes backwards.
// - Luck that lasts a process long (where the kernel puts its threads, what the compiler guesses): fresh processes each
//   round, and the median of the rounds; the spread is shown beside it.
// - One library's doing in another's number: a process loads one contender.
// - Compilation: a warm-up of fixed length before each measurement.
// - Work that the compiler drops: every result is looked at and counted, and a wrong count ends the run.
// - Amounts that follow the speed: fixed numbers of calls, the same for all.
// - The clock's own price: batches are timed, not calls; single calls only for the percentiles, and where calls are rare.
// - Garbage: what allocates much runs long enough to pay for its own; memory is read after a collection.
import { endWithChildren } from '../../tools/child.ts'
import { readOptions } from './options.ts'
import { run } from './run.ts'

endWithChildren()
try {
  process.exitCode = await run(readOptions(process.argv.slice(2)))
} catch (error) {
  console.error(error instanceof TypeError ? error.message : error)
  process.exitCode = 2
}
