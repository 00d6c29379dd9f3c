import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { cleanUpAfter } from './clean-up.ts'
import { BIN } from './run-skills.ts'

/** A command that runs until a signal ends it. */
export interface RunningSkills {
  child: ChildProcess
  stdout: () => string
  stderr: () => string
  /** Exit code and signal. */
  ended: Promise<[number | null, NodeJS.Signals | null]>
}

const children = new Set<ChildProcess>()
cleanUpAfter('test', () => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
})

/** Starts the command line; it is killed after the test if it still runs. */
export function startSkills(args: readonly string[], cwd: string): RunningSkills {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('close', (code, signal) => resolve([code, signal])),
  )
  return { child, stdout: () => stdout, stderr: () => stderr, ended }
}
