import { bytewise } from '../../core/bytewise.ts'
import type { TheirMigration } from '../layouts/import-rules.ts'

/** Numbers are padded to this, also where fewer digits would do: a later migration must not rename the earlier ones. */
const LEAST_DIGITS = 4

/**
 * Our names for migrations, in their order: bytewise by file name gives the same order. Their own names where these do and
 * will, else with the numbers padded, else with a number before them.
 */
export function ourNames(migrations: readonly TheirMigration[]): string[] {
  const own = migrations.filter(({ repeatable }) => repeatable !== true).map(({ name }) => name)
  const padded = pad(own)
  const numbered = own.map((name, i) => `${String(i + 1).padStart(LEAST_DIGITS, '0')}_${name}`)
  const candidates = haveRoom(own) ? [own, padded] : [padded, own]
  const names = candidates.find(isSorted) ?? numbered
  let next = 0
  return migrations.map(({ name, repeatable }) => (repeatable === true ? name : (names[next++] ?? name)))
}

/** Whether the files sort as they are here, and no two are the same, also where case does not count. */
function isSorted(names: readonly string[]): boolean {
  const files = names.map((name) => `${name}.sql`)
  const isUnique = new Set(files.map((file) => file.toLowerCase())).size === files.length
  return isUnique && files.every((file, i) => i === 0 || bytewise(files[i - 1] ?? '', file) < 0)
}

/** Whether the next number has as many digits: all have the same number of them, and not just one or two. */
function haveRoom(names: readonly string[]): boolean {
  const widths = new Set(names.map((name) => numberOf(name).length))
  return widths.size === 1 && !widths.has(1) && !widths.has(2) && names.every((name) => !numberOf(name).includes('.'))
}

/** Gives the parts of all numbers (`1` or `1.2.3`) the same width. */
function pad(names: readonly string[]): string[] {
  const numbers = names.map((name) =>
    numberOf(name)
      .split('.')
      .map((part) => part.replace(/^0+(?=\d)/, '')),
  )
  const width = Math.max(LEAST_DIGITS, ...numbers.flat().map(({ length }) => length))
  return names.map((name, i) => {
    const found = numberOf(name)
    return found === '' ? name : (numbers[i] ?? []).map((part) => part.padStart(width, '0')).join('.') + name.slice(found.length)
  })
}

function numberOf(name: string): string {
  return /^\d+(?:\.\d+)*/.exec(name)?.[0] ?? ''
}
