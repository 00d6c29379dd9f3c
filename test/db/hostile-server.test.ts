import { monitorEventLoopDelay } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { SkillsError } from '../../src/core/errors.ts'
import type { SslMode } from '../../src/core/target.ts'
import { openDb } from '../../src/db/open.ts'
import { afterLogin, OPENING_MODES, tlsModes } from '../support/hostile-modes.ts'
import { hostileServer, type Script } from '../support/hostile-server.ts'
import { errorResponse } from '../support/messages.ts'
import { runSkills } from '../support/run-skills.ts'
import { makeCertificate, targetAt } from '../support/sockets.ts'

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
    }
  }
  await Promise.all(Array.from({ length: atOnce }, next))
  return faults
}

/** Characters that a terminal acts on, except the end of a line. */
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

const CERTIFICATE = makeCertificate()

const opening = async (port: number, mode: SslMode): Promise<string[]> => {
  const error = await openDb(await targetAt(port, { mode }, { connectTimeoutMs: 1000 })).then(
    () => 'it opened',
    (reason: unknown) => reason,
  )
  return error instanceof SkillsError && error.code === 'DATABASE_UNREACHABLE' ? [] : [String(error)]
}

test('hostile server: each mode, in the library -> DATABASE_UNREACHABLE; the event loop answers, and memory is bounded', async () => {
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  const before = process.memoryUsage.rss()
  expect(await eachMode(OPENING_MODES, 12, (port) => opening(port, 'disable'))).toEqual({})
  expect(await eachMode(tlsModes(CERTIFICATE), 12, (port) => opening(port, 'require'))).toEqual({})
  delay.disable()
  // the servers are in this process too
  expect(delay.max / 1e9).toBeLessThan(2)
  expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(300)
})

test('hostile server: FATAL in the greeting -> the error is that of the server', async () => {
  const { port } = await hostileServer(
    afterLogin(async (client) => {
      await client.send(errorResponse({ S: 'FATAL', V: 'FATAL', C: '57P01', M: 'terminating connection due to administrator command' }))
      client.close()
    }),
  )
  await expect(openDb(await targetAt(port))).rejects.toMatchObject({
    code: 'DATABASE_UNREACHABLE',
    message: expect.stringMatching(/terminating connection due to administrator command \(SQLSTATE 57P01\)/),
  })
})

const onCommandLine = async (port: number, mode: SslMode): Promise<string[]> => {
  const { user, database } = await targetAt(port)
  const url = `postgres://${user}:s3cr3t@127.0.0.1:${port}/${database}?sslmode=${mode}&connect_timeout=1`
  const { code, signal, stdout, stderr } = await runSkills(['migrate', 'status', '--database-url', url])
  return [
    ...(code === 3 ? [] : [`exit code ${code ?? signal}`]),
    ...(stdout === '' ? [] : ['something on stdout']),
    ...(stderr.match(/\[[A-Z_]+\]/g)?.length === 1 ? [] : ['not one error']),
    ...(CONTROL.test(stderr) ? ['control characters'] : []),
    ...(/^\s+at /m.test(stderr) ? ['a stack'] : []),
    ...(stderr.length < 50_000 ? [] : [`${stderr.length} characters`]),
  ].map((fault) => `${fault}: ${JSON.stringify(stderr.slice(0, 1000))}`)
}

test('hostile server: each mode, on the command line -> exit code 3 and one message', async () => {
  expect(await eachMode(OPENING_MODES, 4, (port) => onCommandLine(port, 'disable'))).toEqual({})
  expect(await eachMode(tlsModes(CERTIFICATE), 4, (port) => onCommandLine(port, 'require'))).toEqual({})
})
