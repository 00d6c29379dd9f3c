import type { Tool } from '../tool.ts'

/** `-- migrate:up`, `-- migrate:down`, with options after them. */
export const dbmate: Tool = {
  name: 'dbmate',
  title: 'dbmate',
  comment: (text) => {
    const [, direction] = /^--\s*migrate:(up|down)(?:\s|$)/i.exec(text) ?? []
    return direction === undefined ? undefined : direction.toLowerCase() === 'up' ? 'up' : 'down'
  },
}
