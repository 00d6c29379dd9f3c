import type { Tool } from '../tool.ts'

/** `1_name.up.sql` and `1_name.down.sql`; sqlx, bun, ragtime and migratus have the same names. */
export const golangMigrate: Tool = {
  name: 'golang-migrate',
  title: 'golang-migrate or sqlx',
  fileName: (name) => {
    const [, direction] = /\.(up|down)\.sql$/i.exec(name) ?? []
    return direction === undefined ? undefined : direction.toLowerCase() === 'up' ? 'up' : 'down'
  },
}
