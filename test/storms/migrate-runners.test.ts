import { expect, test } from 'vitest'
import { freshServer } from '../support/databases.ts'
import { OWN_MIGRATIONS } from '../support/own-migrations.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const PROCESSES = 20
const ROUNDS = 20

interface Applied {
  report: { applied: { version: string }[] }
}

test(`migrate: ${PROCESSES} processes at once on an empty database, ${ROUNDS} rounds -> all exit 0, each file is applied once`, async () => {
  const dir = scratch({ '1.sql': 'create table a (id int);', '2.sql': 'insert into a values (1);' })
  for (let round = 0; round < ROUNDS; round++) {
    const { flags, open } = await freshServer()
    const runs = await Promise.all(Array.from({ length: PROCESSES }, () => runSkills(['migrate', '--json', '--dir', dir, ...flags])))
    expect(runs.filter(({ code }) => code !== 0).map(({ stdout, stderr }) => stdout + stderr)).toEqual([])
    const applied = runs.flatMap(({ stdout }) => (JSON.parse(stdout) as Applied).report.applied.map(({ version }) => version))
    expect(applied.toSorted()).toEqual(['1', '2', ...OWN_MIGRATIONS])
    const db = await open()
    expect(await db.query('select count(*)::int as n from a')).toEqual([{ n: 1 }])
    await db.close()
  }
})
