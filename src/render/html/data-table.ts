import type { Markup, Part } from './markup.ts'
import { markup } from './markup.ts'

export interface DataColumn {
  title: string
  /** Right-aligned, figures of one width. */
  number?: boolean
  /** Names and texts of any length: they wrap. The first column does anyway. */
  prose?: boolean
}

export interface DataTable {
  /** Unique in the page. */
  id: string
  caption: string
  columns: readonly DataColumn[]
  /** The first cell of a row is its head. */
  rows: readonly (readonly Part[])[]
}

/** A table that scrolls in itself where the page is too narrow for it; the keyboard reaches it then. */
export function dataTable({ id, caption, columns, rows }: DataTable): Markup {
  const look = (i: number): string => (columns[i]?.number === true ? 'number' : columns[i]?.prose === true ? 'prose' : 'word')
  return markup`<div class="scroll" role="region" tabindex="0" aria-labelledby="${id}"><table><caption><span id="${id}">${caption}</span></caption>
<thead><tr>${columns.map(({ title }, i) => markup`<th scope="col" class="${look(i)}">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([head = null, ...cells]) =>
      markup`<tr><th scope="row" class="${look(0)}">${head}</th>${cells.map((cell, i) => markup`<td class="${look(i + 1)}">${cell}</td>`)}</tr>\n`,
  )}</tbody></table></div>`
}
