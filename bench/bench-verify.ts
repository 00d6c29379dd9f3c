import path from 'node:path'
import type { Bench } from './bench.ts'
import { skills } from './bench.ts'
import { report } from './measure.ts'
import { writeSkillFolder } from './skill-folder.ts'

const SKILLS = 100

/** `verify` without a server: create an embedded database, migrate, sync and verify; against PGlite alone, which only creates the database. */
export async function benchVerify(bench: Bench): Promise<void> {
  const cwd = path.join(bench.scratch, 'verify')
  writeSkillFolder(path.join(cwd, 'skills'), SKILLS)
  const ours = { ...skills(bench, 'skills verify --ephemeral', '', 'verify', '--ephemeral', '--strict'), env: {}, cwd }
  const code = "import { PGlite } from '@electric-sql/pglite'; await (await PGlite.create('memory://')).close()"
  const bare = { name: 'PGlite: create a database', argv: [process.execPath, '--input-type=module', '-e', code], cwd: bench.root }
  await report(`verify --ephemeral, ${SKILLS} skills (expected: at most 5,000 ms)`, [ours, bare], bench.runs, [
    { to: bare.name, ratio: 1.25 },
  ])
}
