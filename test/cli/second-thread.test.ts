import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { scratch } from '../support/scratch.ts'

const LIBRARY = pathToFileURL(path.resolve(import.meta.dirname, '../../dist/index.js')).href
const skill = (name: string): string => `---\nname: ${name}\ndescription: What ${name} does\nversion: 1.0.0\n---\n# ${name}\n`

/** Prints how many skills a lint of the built package has found, and how many threads it took. */
const PROGRAM = `
  import { lint } from '${LIBRARY}'
  let threads = 0
  process.on('worker', () => threads++)
  const { skills, invalid } = await lint({ paths: ['skills'], cwd: process.cwd() })
  // Node emits the event on the next tick, which can be after the last promise of lint
  await new Promise((resolve) => setImmediate(resolve))
  console.log(JSON.stringify({ skills, invalid, threads }))`

test.skipIf(availableParallelism() < 2)('built package: many skills, few skills -> a second thread, no second thread', async () => {
  for (const [count, threads] of [
    [900, 0],
    [1500, 1],
  ] as const) {
    const cwd = scratch(Object.fromEntries(Array.from({ length: count }, (_, i) => [`skills/s-${i}/SKILL.md`, skill(`s-${i}`)])))
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', PROGRAM], { cwd })
    expect(JSON.parse(stdout)).toEqual({ skills: count, invalid: 0, threads })
  }
})
