// Ratios to floors, in one run: what a command costs beyond what nobody can avoid. Run with `npm run bench`.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'
import { startPostgres } from '../test/support/postgres-server.ts'
import { report } from './measure.ts'
import { writeSkillFolder } from './skill-folder.ts'
import { spawnSync } from 'node:child_process'

const RUNS = 15
const SKILLS = 2_000
const root = process.cwd()
const bin = path.join(root, 'bin', 'skills.js')
const scratch = mkdtempSync(path.join(os.tmpdir(), 'skills-bench-'))
const server = await startPostgres({ tcp: true })
const url = server.url('postgres')

try {
  const bare = path.join(scratch, 'bare-ledger.mjs')
  await build({
    entryPoints: [path.join(root, 'bench', 'bare-ledger.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: bare,
    logLevel: 'error',
  })
  const skills = (name: string, ...args: string[]): { name: string; argv: string[]; env: Record<string, string>; cwd: string } => ({
    name,
    argv: [process.execPath, bin, ...args],
    env: { DATABASE_URL: url },
    cwd: scratch,
  })
  const node = { name: 'node -e 0', argv: [process.execPath, '-e', '0'] }

  report('start-up', [skills('skills --version', '--version'), node], RUNS, 1.6)

  run(skills('', 'migrate').argv)
  report(
    'migrate with nothing to do',
    [
      skills('skills migrate', 'migrate'),
      { name: 'bare script: connect, read the ledger', argv: [process.execPath, bare], env: { DATABASE_URL: url } },
    ],
    RUNS,
    1.6,
  )

  writeSkillFolder(path.join(scratch, 'skills'), SKILLS)
  run(skills('', 'sync').argv)
  report(
    `sync of ${SKILLS} unchanged skills`,
    [
      skills('skills sync', 'sync'),
      { name: 'find | xargs sha256sum', argv: ['sh', '-c', 'find skills -type f -print0 | xargs -0 sha256sum'], cwd: scratch },
    ],
    RUNS,
  )
} finally {
  await server.stop()
  rmSync(scratch, { recursive: true, force: true })
}

function run(argv: readonly string[]): void {
  const [command = '', ...args] = argv
  const { status, stderr } = spawnSync(command, args, { env: { ...process.env, DATABASE_URL: url }, cwd: scratch, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}
