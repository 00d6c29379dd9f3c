import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { scratch } from './scratch.ts'

const LIBRARY = pathToFileURL(path.resolve(import.meta.dirname, '../../dist/index.js')).href

/** An application that uses the library, in its own process. */
export interface Application {
  child: ChildProcess
  /** What it has printed so far. */
  said: () => string
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>
}

/** Runs a program that has `createSkills`, `connect`, `event(i)` and `say(text)`, with skills enabled. */
export function runApplication(program: string, env: Record<string, string> = {}): Application {
  const folder = scratch({
    'app.mjs': `import { createSkills, connect } from ${JSON.stringify(LIBRARY)}
const event = (i) => ({ userId: '9f1c1d3e-0000-4000-8000-' + String(i % 7).padStart(12, '0'), skillId: 'one', version: '1', outcome: 'success', inputHash: String(i) })
const say = (text) => process.stdout.write(text + '\\n')
${program}`,
  })
  const child = spawn(process.execPath, ['app.mjs'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', SKILLS_ENABLED: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stderr }))
  })
  return { child, said: () => stdout, ended }
}
