import { codePointOffset } from '../../core/positions.ts'
import { locateNames, mentionsIn, type Location, type ServerError } from './locate-names.ts'
import { locateInPlpgsql, type Frame } from './locate-plpgsql.ts'
import { routineBody } from './routine-body.ts'

/**
 * Locates an error in its statement: by the position from the server; otherwise by the line that the context names in a body
 * of the statement; otherwise by a name that the message quotes; otherwise at the beginning. Does not read the words of
 * messages: they can be in any language. `prefix` is the text sent before the statement in the same message.
 */
export function locateError(statementText: string, error: ServerError, prefix = ''): Location {
  const position = error.position === undefined ? 0 : error.position - [...prefix].length
  if (position > 0) return { offset: codePointOffset(statementText, position), exact: true }
  if (error.where === undefined) return locateByName(statementText, error)
  const body = routineBody(statementText)
  const frame = body && ownFrame(error.where, body.name)
  // another context: the error is in a function created elsewhere, in data of COPY, ...
  if (frame === undefined) return { offset: 0, exact: false }
  if (frame === 'no line') return locateByName(statementText, error)
  const { offset, exact } = locateInPlpgsql(body?.text ?? '', frame, error)
  return { offset: body?.sourceOffset(offset) ?? 0, exact }
}

/**
 * The outermost context line about a body: `PL/pgSQL function inline_code_block line 3 at RAISE`, `compilation of PL/pgSQL
 * function "f" near line 3`. A function that the statement creates does not run yet, so only the second kind, with the name
 * in quotes, is about it.
 */
function ownFrame(where: string, name: string): Frame | 'no line' | undefined {
  const lines = where.split('\n')
  const at = lines.findLastIndex((line) => placeOfName(line, name) !== undefined)
  const text = lines[at]
  if (text === undefined) return undefined
  const place = placeOfName(text, name) ?? 0
  const line = /\d+/.exec(text.slice(0, place) + text.slice(place + name.length))?.[0]
  return line === undefined ? 'no line' : { line: Number(line), text, above: lines.slice(0, at).join('\n') }
}

/** Offset of the name in a context line: in quotes of any language, but the name of a DO block as a word. */
function placeOfName(line: string, name: string): number | undefined {
  const [before, after] = name === 'inline_code_block' ? [/(?:^|\W)$/, /^(?:\W|$)/] : [/["»«„“]\s?$/, /^\s?["»«“”]/]
  for (let at = line.indexOf(name); at !== -1; at = line.indexOf(name, at + 1)) {
    const end = at + name.length
    if (before.test(line.slice(Math.max(0, at - 2), at)) && after.test(line.slice(end, end + 2))) return at
  }
  return undefined
}

/** By the names in the message, otherwise by the other fields. */
function locateByName(text: string, error: ServerError): Location {
  const place = locateNames(text, error)
  if (place !== undefined) return place
  const fields = [error.constraint, error.column, error.table].filter((name) => name !== undefined)
  const mentions = [...mentionsIn(text)]
  const [found] = fields.flatMap((name) => mentions.find(({ value }) => value === name) ?? [])
  return { offset: found?.start ?? 0, exact: false }
}
