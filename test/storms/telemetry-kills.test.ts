import { expect, test } from 'vitest'
import { runApplication } from '../support/application.ts'
import { migratedServer } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'
import { listen, toServer } from '../support/sockets.ts'
import { logged, skillsOn, spilled } from '../support/telemetry.ts'
import { until } from '../support/waiting.ts'

test('telemetry: the process is killed 30 times, with and without a database -> each acknowledged event is written once', async () => {
  const database = await migratedServer()
  const db = await database.open()
  const dir = scratch()
  // the same address with and without a database: a spill file belongs to the database of its settings
  let isAway = false
  const port = await listen((socket) => (isAway ? socket.destroy() : void toServer(socket)))
  const url = `postgres://${db.info.user}:s3cr3t@127.0.0.1:${port}/${db.info.database}?sslmode=disable`
  const acknowledged = new Set<string>()
  for (let round = 0; round < 30; round++) {
    isAway = round % 3 === 2
    const application = runApplication(`
      const skills = createSkills({ database: ${JSON.stringify(url)}, spillDir: ${JSON.stringify(dir)}, flushMs: 2, batchSize: 20, maxBuffered: 60 })
      let i = ${round} * 1e6
      for (;;) {
        const from = i
        for (let j = 0; j < 30; j++) skills.logUsage(event(i++))
        if (${isAway}) await new Promise((resolve) => setTimeout(resolve, 3))
        else if ((await skills.flush()).complete && skills.counts().dropped === 0) say('ok ' + from + ' ' + i)
        say('alive')
      }`)
    await until('the application is alive', () => application.said().includes('alive'))
    await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 250))
    application.child.kill('SIGKILL')
    await application.ended
    for (const [, from, to] of application.said().matchAll(/^ok (\d+) (\d+)$/gm))
      for (let i = Number(from); i < Number(to); i++) acknowledged.add(String(i))
    for (const number of spilled(dir)) acknowledged.add(number)
  }
  expect(acknowledged.size).toBeGreaterThan(1_000)
  isAway = false
  const { skills, warnings } = skillsOn(url, { spillDir: dir })
  await until('the spill folder is empty', async () => (await skills.flush()).complete)
  await skills.close()
  const numbers = await logged(db)
  expect(new Set(numbers).size).toBe(numbers.length)
  const there = new Set(numbers)
  expect([...acknowledged].filter((number) => !there.has(number))).toEqual([])
  expect(spilled(dir)).toEqual([])
  expect(warnings).toEqual([])
})
