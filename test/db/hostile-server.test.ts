import { expect, test } from 'vitest'
import { SkillsError } from '../../src/core/errors.ts'
import { openDb } from '../../src/db/open.ts'
import { OPENING_MODES } from '../support/hostile-modes.ts'
import { hostileServer, type Script } from '../support/hostile-server.ts'
import { runSkills } from '../support/run-skills.ts'
import { targetAt } from '../support/sockets.ts'

/** More than the time limit of the connection, on a loaded machine. */
const BOUND_MS = 20_000

/** Runs the work with a server for each mode, some at a time. Returns what is wrong, by mode. */
async function eachMode(
  modes: Readonly<Record<string, Script>>,
  atOnce: number,
  work: (port: number) => Promise<string[]>,
): Promise<Record<string, string[]>> {
  const faults: Record<string, string[]> = {}
  const waiting = Object.entries(modes)
  const next = async (): Promise<void> => {
    for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
      const [name, script] = entry
      const { port } = await hostileServer(script)
      const began = performance.now()
      const found = await work(port)
      const tookMs = performance.now() - began
      if (tookMs > BOUND_MS) found.push(`it took ${Math.round(tookMs)} ms`)
      if (found.length > 0) faults[name] = found
      if (process.env.TRACE) process.stderr.write(`${tookMs.toFixed(0)} ${name}: ${found.join('\n')}\n`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, next))
  return faults
}

const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

test('hostile server: each mode, in the library -> DATABASE_UNREACHABLE, and the event loop answers', async () => {
  const faults = await eachMode(OPENING_MODES, 12, async (port) => {
    const error = await openDb(await targetAt(port, undefined, { connectTimeoutMs: 1000 })).then(
      () => 'it opened',
      (reason: unknown) => reason,
    )
    if (process.env.TRACE) process.stderr.write(`${error}\n`)
    return error instanceof SkillsError && error.code === 'DATABASE_UNREACHABLE' ? [] : [String((error as Error).stack)]
  })
  expect(faults).toEqual({})
})

test('hostile server: each mode, on the command line -> exit code 3 and one message', async () => {
  const faults = await eachMode(OPENING_MODES, 4, async (port) => {
    const { user, database } = await targetAt(port)
    const url = `postgres://${user}:s3cr3t@127.0.0.1:${port}/${database}?sslmode=disable&connect_timeout=1`
    const { code, signal, stdout, stderr } = await runSkills(['migrate', 'status', '--database-url', url])
    if (process.env.TRACE) process.stderr.write(`${stderr}\n`)
    return [
      ...(code === 3 ? [] : [`exit ${code ?? signal}: ${stderr.slice(0, 1000)}`]),
      ...(stdout === '' ? [] : [`stdout: ${stdout.slice(0, 1000)}`]),
      ...(stderr.match(/\[[A-Z_]+\]/g)?.length === 1 ? [] : [`not one error: ${stderr.slice(0, 1000)}`]),
      ...(CONTROL.test(stderr) ? [`control characters: ${JSON.stringify(stderr.slice(0, 1000))}`] : []),
      ...(/^\s+at /m.test(stderr) ? ['a stack'] : []),
      ...(stderr.length > 5000 ? [`${stderr.length} characters`] : []),
    ]
  })
  expect(faults).toEqual({})
})
