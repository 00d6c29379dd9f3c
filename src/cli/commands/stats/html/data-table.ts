import { trend } from '../../../../render/html/columns.ts'
import type { Part } from '../../../../render/html/markup.ts'
import type { DataTable } from '../../../../render/html/page.ts'
import type { BoundColumn, Table } from '../table.ts'

/** The table for a page. */
export function dataTable(caption: string, { columns, rowCount }: Table): DataTable {
  const shown = columns.filter(({ html }) => html !== undefined)
  const cells = shown.map(cellsOf)
  return {
    caption,
    columns: shown.map(({ html = '', kind, prose = false }) => ({ title: html, number: kind === 'number', prose })),
    rows: Array.from({ length: rowCount }, (_, row) => cells.map((column) => column[row] ?? null)),
  }
}

function cellsOf({ kind, printed, drawn }: BoundColumn): readonly Part[] {
  return kind === 'trend' ? drawn.map((values) => (values.length === 0 ? '-' : trend(values))) : printed
}
