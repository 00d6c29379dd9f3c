import { spawn } from 'node:child_process'
import { BIN, type RunResult } from './run-skills.ts'

export interface ScriptOptions {
  cwd?: string
  env?: Record<string, string>
  /** Runs as this user; only root can. */
  uid?: number
}

/** Whether tests can run a process as another user. */
export const IS_ROOT: boolean = process.getuid?.() === 0

/** Runs a line of bash with `skills` as a command: for redirections, limits and users. */
export function runScript(script: string, { cwd = process.cwd(), env = {}, uid }: ScriptOptions = {}): Promise<RunResult> {
  const environment: NodeJS.ProcessEnv = { PATH: process.env['PATH'], HOME: cwd, ...env, NODE: process.execPath, SKILLS_BIN: BIN }
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', `skills() { "$NODE" "$SKILLS_BIN" "$@"; }\n${script}`], {
      cwd,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}
