// One measuring process: `node measure.ts SCENARIO CONDITION CONTENDER`. Its result goes to file descriptor 3, which no
// library prints to.
import { writeSync } from 'node:fs'
import { type ContenderName, contenders } from './contenders/index.ts'
import type { ConditionName } from './machine/conditions.ts'
import { scenarios } from './scenarios/index.ts'

const [scenarioName, condition, name] = process.argv.slice(2)
const scenario = scenarios.find((each) => each.name === scenarioName)
const entry = contenders[name as ContenderName]
if (!scenario || !entry) throw new Error(`There is no ${scenarioName} or no ${name}.`)

const { contender } = scenario.bare ? { contender: {} } : await entry.load()
const found = await scenario.measure(contender, condition as ConditionName, name as ContenderName)
writeSync(3, JSON.stringify(found))
// Threads of libraries that have no end, or take long over it, end here.
process.exit(0)
