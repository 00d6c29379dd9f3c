// The packages whose code is in dist/, from the metafiles of the bundler: what THIRD-PARTY-NOTICES and the SBOM list.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { bundle } from './bundle.js'

const root = path.dirname(import.meta.dirname)
const LICENSE = /^(?:licen[cs]e|copying|notice)/i

/** Name, version, license and license text of each bundled package, by name. */
export async function bundledPackages() {
  const inputs = (await bundle({ write: false })).flatMap((metafile) => Object.keys(metafile.inputs))
  const folders = new Set(
    inputs.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0]).filter((folder) => folder !== undefined),
  )
  return [...folders].map(describe).toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1))
}

function describe(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'))
  const texts = readdirSync(path.join(root, folder))
    .filter((file) => LICENSE.test(file))
    .toSorted()
    .map((file) =>
      readFileSync(path.join(root, folder, file), 'utf8')
        .replaceAll('\r\n', '\n')
        .trim(),
    )
  if (typeof license !== 'string') throw new Error(`${folder}/package.json has no license`)
  return { name, version, license, text: texts.join('\n\n') }
}
