import { statfsSync } from 'node:fs'
import path from 'node:path'
import { finding, fine, type Finding } from './report.ts'

/** `engines` of package.json. */
const OLDEST_NODE = [20, 11] as const
const MIB = 1024 * 1024
/** Less space than this is too little for an embedded database, which begins with about 40 MiB. */
const LITTLE_SPACE = 500 * MIB
const NO_SPACE = 50 * MIB

/** The version of this program and of Node. */
export function examineProgram(version: string): Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])
  const node = `Node ${process.versions.node} on ${process.platform} ${process.arch}`
  return [
    fine('program.version', `skills ${version}`),
    isOld
      ? finding('error', 'program.node', `${node}; skills needs ${OLDEST_NODE.join('.')} or later`, 'install a later version of Node')
      : fine('program.node', node),
  ]
}

/** Free space on the disk of a folder. */
export function examineDisk(folder: string, what: string): Finding {
  const free = freeBytes(path.resolve(folder))
  if (free === undefined) return finding('note', 'program.disk', `the free space for ${what} is unknown`, 'run df -h')
  const text = `${describeBytes(free)} free for ${what}`
  if (free < NO_SPACE) return finding('error', 'program.disk', text, 'free some disk space: writing fails soon')
  if (free < LITTLE_SPACE) return finding('warning', 'program.disk', text, 'free some disk space')
  return fine('program.disk', text)
}

/** Bytes for people: `1.5 GiB`. */
export function describeBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`
}

/** Free bytes for the folder, or for the nearest existing folder above it. */
function freeBytes(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch (error) {
    const above = path.dirname(folder)
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && above !== folder ? freeBytes(above) : undefined
  }
}
