import { expect, test } from 'vitest'
import { migrate } from '../../src/index.ts'
import { freshServer } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const FILE = `create table fresh (id int);
create index fresh_id on fresh (id);

create index old_id on old (id);
alter table old alter column id set not null;
update old set id = 1 where id = 2;
`

test('--dry-run: pending files -> their statements, with the hazards and locks', async () => {
  const { flags, open } = await freshServer()
  const db = await open()
  await db.exec('create table old (id int)')
  await migrate(db)
  const cwd = scratch({ 'db/1.sql': FILE })
  const { code, stdout } = await runSkills(['migrate', '--dry-run', '--dir', 'db', ...flags], { cwd })
  expect(code).toBe(0)
  expect(stdout).toContain('would apply db/1.sql (5 statements)')
  expect(stdout).toMatch(/4: create index old_id on old \(id\)\n\s+! .*SHARE on old, blocks writes\) \[INDEX_NOT_CONCURRENT\]\n\s+→ /)
  expect(stdout).toMatch(/5: alter table old .*\n\s+! .*ACCESS EXCLUSIVE on old, blocks reads and writes/)
  // no client uses a new table
  expect(stdout).toMatch(/2: create index fresh_id on fresh \(id\)\n {4}4:/)
  expect(stdout).toMatch(/dry run, nothing written\n$/)
  const json = await runSkills(['migrate', '--dry-run', '--json', '--dir', 'db', ...flags], { cwd })
  const { report } = JSON.parse(json.stdout) as { report: { pending: { plan: { line: number; hazards: { code: string }[] }[] }[] } }
  expect(report.pending[0]?.plan.map(({ line, hazards }) => [line, hazards.map(({ code: found }) => found)])).toEqual([
    [1, []],
    [2, []],
    [4, ['INDEX_NOT_CONCURRENT']],
    [5, ['SET_NOT_NULL']],
    [6, []],
  ])
  expect(await db.query("select to_regclass('fresh') as fresh")).toEqual([{ fresh: null }])
})
