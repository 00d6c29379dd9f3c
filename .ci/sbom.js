// Writes dist/sbom.cdx.json: the software bill of materials of the published package, made by `npm sbom` (CycloneDX).
// npm lists bundled packages as development dependencies. Here they are required, and what is not published is left out.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { bundledPackages } from './bundled-packages.js'

const root = path.dirname(import.meta.dirname)
const npm = process.env.npm_execpath
const [command, ...first] = npm === undefined ? ['npm'] : [process.execPath, npm]
const bom = JSON.parse(
  execFileSync(command, [...first, 'sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1e8,
  }),
)
const bundled = new Set((await bundledPackages()).map(({ name, version }) => `${name}@${version}`))
const isDevelopment = ({ properties = [] }) => properties.some(({ name }) => name === 'cdx:npm:package:development')
const components = bom.components
  .filter((component) => bundled.has(component['bom-ref']) || !isDevelopment(component))
  // without addresses of the registry: they are those of the machine that builds
  .map((component) => ({ ...component, scope: 'required', externalReferences: undefined, properties: undefined }))
const published = new Set([bom.metadata.component['bom-ref'], ...components.map((component) => component['bom-ref'])])
const missing = [...bundled].filter((reference) => !published.has(reference))
if (missing.length > 0) throw new Error(`npm sbom does not list ${missing.join(', ')}`)

const { metadata } = bom
const made = {
  ...bom,
  // without a serial number and a time: the same lock file always makes the same bytes
  serialNumber: undefined,
  metadata: {
    ...metadata,
    timestamp: undefined,
    // npm takes the name of the folder
    component: { ...metadata.component, name: metadata.component['bom-ref'].replace(/@[^@]*$/, '') },
  },
  components,
  dependencies: bom.dependencies
    .filter(({ ref }) => published.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => published.has(other)) })),
}
writeFileSync(path.join(root, 'dist', 'sbom.cdx.json'), `${JSON.stringify(made, undefined, 2)}\n`)
