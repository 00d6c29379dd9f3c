import { isSpace } from './characters.ts'

/**
 * The text of a migration file as it is digested: without byte order mark, CRLF as LF, without white space at the end.
 * What an editor or git's autocrlf changes on its own does not change the checksum. Offsets of the result are not those
 * of the file, but line and column of a place are the same in both.
 */
export function normaliseSql(text: string): string {
  const unix = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')
  let end = unix.length
  while (isSpace(unix.charCodeAt(end - 1))) end--
  return unix.slice(0, end)
}
