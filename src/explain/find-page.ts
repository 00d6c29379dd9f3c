import { nearest } from '../core/text.ts'
import type { CodePage } from './code-page.ts'

/** The page of a code, in upper or lower case, with spaces or hyphens for underscores; or the code that was probably meant. */
export function findPage(pages: readonly CodePage[], word: string): { page?: CodePage; near?: string } {
  const wanted = normal(word)
  const page = pages.find(({ code }) => normal(code) === wanted)
  if (page !== undefined) return { page }
  const codes = pages.map(({ code }) => normal(code))
  const near = nearest(wanted, codes) ?? codes.find((code) => wanted.length > 3 && code.includes(wanted))
  const found = pages.find(({ code }) => normal(code) === near)
  return found === undefined ? {} : { near: found.code }
}

function normal(code: string): string {
  return code
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '-')
}
