import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { PEAK_HOOK } from '../test/support/peak-memory.ts'

export interface Command {
  name: string
  argv: readonly string[]
  env?: Record<string, string>
  cwd?: string
  /** Runs before each measured run; not timed. */
  before?: () => Promise<void>
  /** The highest peak of memory that is promised, in MB; for commands of Node. */
  mostMemory?: number
}

export interface Bound {
  /** Name of the command to compare with. */
  to: string
  /** The highest ratio to its median. */
  ratio: number
}

/** Wall times of whole processes in milliseconds. The commands run in turn (A B A B ...), so a slow phase of the machine affects all of them. */
async function measure(commands: readonly Command[], runs: number): Promise<Map<Command, number[]>> {
  const times = new Map(commands.map((command) => [command, [] as number[]]))
  // the first round fills caches
  for (let i = -1; i < runs; i++) {
    for (const command of commands) {
      await command.before?.()
      const took = await runOnce(command)
      if (i >= 0) times.get(command)?.push(took)
    }
  }
  return times
}

/** Prints the medians, and the ratio of the first command to each of the others with its bound. */
export async function report(title: string, commands: readonly Command[], runs: number, bounds: readonly Bound[] = []): Promise<void> {
  const times = await measure(commands, runs)
  const [subject, ...others] = commands
  const peaks = new Map<Command, number>()
  for (const command of commands) if (command.mostMemory !== undefined) peaks.set(command, await peakOf(command))
  if (subject === undefined) return
  const own = median(times.get(subject) ?? [])
  console.log(`\n${title} (medians of ${runs})`)
  for (const command of commands) {
    const all = times.get(command) ?? []
    console.log(
      `  ${command.name.padEnd(46)} ${median(all).toFixed(0).padStart(6)} ms   ${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)}`,
    )
  }
  for (const [command, peak] of peaks) {
    const { name, mostMemory = 0 } = command
    console.log(
      `  memory of ${name.padEnd(36)} ${peak.toFixed(0).padStart(6)} MB   at most ${mostMemory} MB: ${peak <= mostMemory ? 'met' : 'MISSED'}`,
    )
  }
  for (const other of others) {
    const ratio = own / median(times.get(other) ?? [])
    const bound = bounds.find(({ to }) => to === other.name)
    const promise = bound === undefined ? '' : `   at most ${bound.ratio} x: ${ratio <= bound.ratio ? 'met' : 'MISSED'}`
    console.log(`  ratio to ${other.name.padEnd(37)} ${ratio.toFixed(2).padStart(6)} x${promise}`)
  }
}

/**
 * Seconds of CPU that a job uses in this process and in backends of the server. Other work on the machine does not change the
 * result. Systems other than Linux do not provide these times; there it is the wall time.
 */
export async function cpuOf(backends: readonly number[], job: () => Promise<unknown>): Promise<number> {
  const began = cpuSoFar(backends)
  await job()
  return cpuSoFar(backends) - began
}

function cpuSoFar(backends: readonly number[]): number {
  const { user, system } = process.cpuUsage()
  try {
    const nanoseconds = backends.map((pid) => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]))
    return nanoseconds.reduce((sum, each) => sum + each / 1e9, (user + system) / 1e6)
  } catch {
    return performance.now() / 1000
  }
}

/** The peak of the resident memory of one run, in MB. */
async function peakOf(command: Command): Promise<number> {
  await command.before?.()
  const folder = mkdtempSync(path.join(os.tmpdir(), 'skills-bench-'))
  const [hook, peak] = [path.join(folder, 'hook.cjs'), path.join(folder, 'peak')]
  writeFileSync(hook, PEAK_HOOK)
  await runOnce({ ...command, env: { ...command.env, NODE_OPTIONS: `--require ${hook}`, PEAK: peak } })
  const kilobytes = Number(readFileSync(peak, 'utf8'))
  rmSync(folder, { recursive: true })
  return kilobytes / 1000
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Runs a command to its end and returns its wall time in milliseconds. Throws when it fails: a failed run must not count as a fast one. */
export async function runOnce(command: Command): Promise<number> {
  const began = performance.now()
  await outputOf(command)
  return performance.now() - began
}

/** What the command printed. Throws when it fails. */
export function outputOf({ argv, env, cwd, name }: Command): Promise<string> {
  const [command = '', ...args] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(output)
      else reject(new Error(`${name} failed (${code}): ${output.slice(-2000)}`))
    })
  })
}
