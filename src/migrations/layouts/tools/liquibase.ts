import type { Tool } from '../tool.ts'

/** `--liquibase formatted sql`, with `--changeset author:id` and `--rollback ...` below it. */
export const liquibase: Tool = {
  name: '',
  title: 'Liquibase',
  comment: (text) => {
    if (/^--\s*liquibase\s+formatted\s+sql/i.test(text)) return 'mark'
    if (/^--\s*changeset\s+[^\s:]+:\S/i.test(text)) return 'up'
    return /^--\s*rollback\s+\S/i.test(text) ? 'down' : undefined
  },
  // `-- rollback ...` is prose in other files
  owns: (marks) => marks.some(({ role }) => role !== 'down'),
}
