import { readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../../config/package-files.ts'

/**
 * The stack of an error with the places in the source, from the source maps of the build. Node can do this too, but only
 * for files that are loaded after `process.setSourceMapsEnabled`, which would slow down every start.
 */
export function readableStack(error: Error): string {
  const maps = new Map<string, SourceMap | undefined>()
  const frames = (error.stack ?? error.message).split('\n').map((line) => ({ line, place: placeOf(line, maps) }))
  // the function of a frame has the name by which its caller calls it
  return frames.map(({ line, place }, i) => (place === undefined ? line : frameText(place, frames[i + 1]?.place?.called))).join('\n')
}

interface Place {
  /** `src/api/sync.ts:12:3` */
  text: string
  /** The name at this place: of the function that is called here. */
  called: string | undefined
}

function frameText({ text }: Place, name: string | undefined): string {
  return `    at ${name === undefined ? text : `${name} (${text})`}`
}

/** `    at a (/app/dist/lean/skills.cjs:5:172)`, or the same with `file://` or without a function. */
const FRAME = /^ {4}at (?:.* \()?((?:file:\/\/)?\/[^()\n]{1,4096}):(\d{1,9}):(\d{1,9})\)?$/

function placeOf(line: string, maps: Map<string, SourceMap | undefined>): Place | undefined {
  const [, where = '', row = '1', column = '1'] = FRAME.exec(line) ?? []
  if (where === '') return undefined
  const file = where.startsWith('file:') ? fileURLToPath(where) : where
  if (!maps.has(file)) maps.set(file, loadMap(file))
  const found = maps.get(file)?.findEntry(Number(row) - 1, Number(column) - 1)
  if (found === undefined || !('originalSource' in found)) return undefined
  const source = path.relative(packageRoot(), path.resolve(path.dirname(file), found.originalSource))
  return { text: `${source}:${found.originalLine + 1}:${found.originalColumn + 1}`, called: (found as { name?: string }).name }
}

function loadMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload)
  } catch {
    // not a file of the build
    return undefined
  }
}
