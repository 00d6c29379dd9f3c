import type { Tool } from '../tool.ts'

/** The header of a committed migration: `--! Previous: ...`, `--! Hash: ...`. */
export const graphile: Tool = {
  name: 'graphile',
  title: 'graphile-migrate',
  comment: (text) => (/^--!\s*(?:Previous|Hash)\s*:/i.test(text) ? 'mark' : undefined),
}
