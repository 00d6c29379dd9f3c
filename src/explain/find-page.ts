import { nearest } from '../core/text.ts'
import type { CodePage } from './code-page.ts'

/** The page of a code, in any case and with blanks or hyphens for underscores; else the code that was likely meant. */
export function findPage(pages: readonly CodePage[], word: string): { page?: CodePage; near?: string } {
  const wanted = normal(word)
  const page = pages.find(({ code }) => normal(code) === wanted)
  if (page !== undefined) return { page }
  const codes = pages.map(({ code }) => code)
  const near =
    nearest(
      wanted,
      codes.map((code) => normal(code)),
    ) ?? codes.map((code) => normal(code)).find((code) => code.includes(wanted) && wanted.length > 3)
  const found = codes.find((code) => normal(code) === near)
  return found === undefined ? {} : { near: found }
}

function normal(code: string): string {
  return code
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '-')
}
