import type { Bench } from './bench.ts'
import { bareScript, recreate, skills } from './bench.ts'
import { report, runOnce } from './measure.ts'

/** The start of the process, and `skills migrate` with nothing to do. */
export async function benchStart(bench: Bench): Promise<void> {
  const node = { name: 'node -e 0', argv: [process.execPath, '-e', '0'] }
  await report('start-up', [skills(bench, 'skills --version', '', '--version'), node], bench.runs, [{ to: node.name, ratio: 1.6 }])
  await recreate(bench, 'bench_start')
  const url = bench.url('bench_start')
  const bare = await bareScript(bench)
  await runOnce(skills(bench, 'migrate', url, 'migrate'))
  await report('migrate, nothing to do', [skills(bench, 'skills migrate', url, 'migrate'), bare(url)], bench.runs, [
    { to: bare(url).name, ratio: 1.6 },
  ])
}
