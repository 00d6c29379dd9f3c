import { spawnSync } from 'node:child_process'

export interface Command {
  name: string
  argv: readonly string[]
  env?: Record<string, string>
  cwd?: string
}

/** Wall times in ms of whole processes, run in turn (A B A B ...) so that a slow minute of the machine meets all alike. */
export function measure(commands: readonly Command[], runs: number): Map<Command, number[]> {
  const times = new Map(commands.map((command) => [command, [] as number[]]))
  for (let i = -1; i < runs; i++) {
    for (const command of commands) {
      const took = runOnce(command)
      // the first round warms caches
      if (i >= 0) times.get(command)?.push(took)
    }
  }
  return times
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Prints the medians and the ratio of the first to each of the rest. */
export function report(title: string, commands: readonly Command[], runs: number, bound?: number): void {
  const times = measure(commands, runs)
  const [subject, ...floors] = commands
  if (subject === undefined) return
  const own = median(times.get(subject) ?? [])
  console.log(`\n${title} (medians of ${runs})`)
  for (const command of commands) {
    const all = times.get(command) ?? []
    console.log(
      `  ${command.name.padEnd(44)} ${median(all).toFixed(0).padStart(6)} ms   ${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)}`,
    )
  }
  for (const floor of floors) {
    const ratio = own / median(times.get(floor) ?? [])
    console.log(
      `  ratio to ${floor.name.padEnd(35)} ${ratio.toFixed(2).padStart(6)} x${bound === undefined ? '' : `    (promised: at most ${bound} x)`}`,
    )
  }
}

function runOnce({ argv, env, cwd, name }: Command): number {
  const [command = '', ...args] = argv
  const began = performance.now()
  const { status, stderr, error } = spawnSync(command, args, {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const took = performance.now() - began
  if (status !== 0) throw new Error(`${name} failed: ${error?.message ?? stderr.toString()}`)
  return took
}
