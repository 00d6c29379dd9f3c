import path from 'node:path'
import type { Bench } from './bench.ts'
import { recreate, skills } from './bench.ts'
import { report, runOnce } from './measure.ts'
import { writeSkillFolder } from './skill-folder.ts'

const SKILLS = 2_000

/** Reading a folder of which nothing has changed. */
export async function benchSync(bench: Bench): Promise<void> {
  await recreate(bench, 'bench_sync')
  const url = bench.url('bench_sync')
  writeSkillFolder(path.join(bench.scratch, 'skills'), SKILLS)
  await runOnce(skills(bench, 'migrate', url, 'migrate'))
  await runOnce(skills(bench, 'sync', url, 'sync'))
  await report(
    `sync of ${SKILLS} unchanged skills`,
    [
      skills(bench, 'skills sync', url, 'sync'),
      { name: 'find | xargs sha256sum', argv: ['sh', '-c', 'find skills -type f -print0 | xargs -0 sha256sum'], cwd: bench.scratch },
    ],
    bench.runs,
  )
}
