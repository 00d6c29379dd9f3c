import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ExampleFolder } from './rule-examples.ts'
import { scratch } from './scratch.ts'

/** A new folder with the files of a rule's example below `skills`. */
export function exampleFolder(files: ExampleFolder): string {
  const folder = scratch()
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, 'skills', name)
    mkdirSync(path.dirname(file), { recursive: true })
    if (content === 'a folder') mkdirSync(file)
    else if (content === 'a named pipe') spawnSync('mkfifo', [file])
    else if (content === 'a file without permissions') {
      writeFileSync(file, '')
      chmodSync(file, 0)
    } else if (typeof content === 'string') writeFileSync(file, content)
    else if ('linkTo' in content) symlinkSync(content.linkTo, file)
    else writeFileSync(file, content.bytes, 'latin1')
  }
  return folder
}
