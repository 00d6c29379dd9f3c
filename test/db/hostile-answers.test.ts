import { expect, test } from 'vitest'
import type { ServerTarget } from '../../src/core/target.ts'
import { migratedServer, serverUrl, targetOf } from '../support/databases.ts'
import { AFTER_GREETING } from '../support/hostile-answers.ts'
import { hostileServer } from '../support/hostile-server.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const USER = '9f1c1d3e-0000-4000-8000-000000000001'

const FILES = {
  'skills/a/SKILL.md': '---\nname: a\ndescription: A skill.\n---\nText.\n',
  'events.ndjson': JSON.stringify({ userId: USER, sessionId: 's', skillId: 'a', version: '1.0.0', outcome: 'success' }),
}

const COMMANDS: readonly (readonly string[])[] = [
  ['migrate'],
  ['sync', 'skills'],
  ['list'],
  ['show', 'a'],
  ['disable', 'a'],
  ['verify'],
  ['grants', '--app-role', 'postgres'],
  ['stats', 'a'],
  ['stats', '--exact', '--cooccurrence'],
  ['stats', '--compare', '7d'],
  ['stats', '--user', USER],
  ['log', 'events.ndjson'],
  ['rollup'],
  ['prune-events', '--older-than', '30d', '--yes'],
  ['forget-user', USER, '--yes'],
  ['doctor'],
]

test('hostile answers: wrong values, rows or ends, after a correct greeting -> each command ends with one message, and not as a bug', async () => {
  const fresh = await migratedServer()
  const { user, password, database } = (await targetOf(serverUrl(fresh.name))) as ServerTarget
  const cwd = scratch(FILES)
  expect(await runSkills(['sync', 'skills', ...fresh.flags], { cwd })).toMatchObject({ code: 0 })
  expect(await runSkills(['demo-data', '--events', '200', ...fresh.flags], { cwd })).toMatchObject({ code: 0 })
  const faults: Record<string, string> = {}
  const waiting = Object.entries(AFTER_GREETING).flatMap(([mode, answer]) => COMMANDS.map((args) => ({ mode, ...answer, args })))
  const next = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const { mode, script, isBreach, args } = job
      const { port } = await hostileServer(script)
      const url = `postgres://${user}:${password ?? 'x'}@127.0.0.1:${port}/${database}?sslmode=disable`
      const { code, stdout, stderr } = await runSkills([...args, '--database-url', url], { cwd })
      const text = stdout + stderr
      // doctor reports the lost connection among its findings
      const isExpected = isBreach ? code === (args[0] === 'doctor' ? 1 : 3) : code !== 70
      const isOneMessage = (text.match(/^error \[/gm)?.length ?? 0) <= 1 && !/^\s+at /m.test(text)
      if (!isExpected || !isOneMessage) faults[`${mode}: ${args.join(' ')}`] = `${code} ${text.slice(0, 500)}`
    }
  }
  await Promise.all([next(), next(), next(), next()])
  expect(faults).toEqual({})
})
