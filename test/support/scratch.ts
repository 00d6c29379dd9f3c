import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { cleanUpAfter } from './clean-up.ts'

const folders: string[] = []

/** A new folder holding the given files (relative path -> content); removed after the test file. */
export function scratch(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'skills-test-'))
  folders.push(folder)
  writeFiles(folder, files)
  return folder
}

/** Writes files below a folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
}

cleanUpAfter('file', () => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
