import type { Bench } from './bench.ts'
import { skills } from './bench.ts'
import { report } from './measure.ts'

/** What it costs to start at all. */
export async function benchStart(bench: Bench): Promise<void> {
  const node = { name: 'node -e 0', argv: [process.execPath, '-e', '0'] }
  await report('start-up', [skills(bench, 'skills --version', '', '--version'), node], bench.runs, [{ to: node.name, ratio: 1.6 }])
}
