// A plugin of esbuild: `import.meta.glob('./*/x.ts', { eager: true })`, as Vite has it, so that no list of
// the files is needed. The star is one folder.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const importGlob = {
  name: 'import-glob',
  setup({ onLoad }) {
    onLoad({ filter: /command-table\.ts$/ }, ({ path: file }) => {
      const text = readFileSync(file, 'utf8')
      const imports = []
      const contents = text.replace(/import\.meta\.glob(?:<[^(]*>)?\('([^'*]*)\*([^'*]*)', \{ eager: true \}\)/, (_, before, after) => {
        const folder = path.join(path.dirname(file), before)
        const found = readdirSync(folder)
          .toSorted()
          .map((name) => `${before}${name}${after}`)
          .filter((name) => existsSync(path.join(path.dirname(file), name)))
        found.forEach((name, i) => imports.push(`import * as found${i} from '${name}'`))
        return `{ ${found.map((name, i) => `'${name}': found${i}`).join(', ')} }`
      })
      return { contents: [...imports, contents].join('\n'), loader: 'ts' }
    })
  },
}
