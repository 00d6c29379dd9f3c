import type { Tool } from '../tool.ts'

/** The line `---- create above / drop below ----`. */
export const tern: Tool = {
  name: 'tern',
  title: 'tern',
  comment: (text) =>
    /^----\s*create above\s*\/\s*drop below/i.test(text) ? 'down' : /^----\s*tern:\s*disable-tx/i.test(text) ? 'mark' : undefined,
}
