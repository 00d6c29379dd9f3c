import { existsSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { bytewise } from '../core/bytewise.ts'
import type { Diagnostic } from '../core/diagnostics.ts'
import { SkillsError } from '../core/errors.ts'
import { LEFT_OUT, SKILL_FILES } from './digest.ts'
import { display, oneLine, relativePath } from './display.ts'
import { locateSkills } from './locate.ts'
import type { SkillLocation } from './locate.ts'
import { finding } from './finding.ts'
import { scan } from './scan.ts'
import type { InvalidSkill, SkillRoot } from './skill.ts'

export interface Discovered {
  roots: SkillRoot[]
  /** In the order of the roots, and bytewise by path below each. */
  locations: SkillLocation[]
  /** Places where there may be skills that could not be looked at. */
  invalid: InvalidSkill[]
  diagnostics: Diagnostic[]
}

export interface DiscoverOptions {
  /** Folders as the user gave them; a root may be a symbolic link, or a skill itself. */
  roots: readonly string[]
  /** The working directory: what relative roots, paths in diagnostics and labels are relative to. */
  cwd: string
  /** What labels are relative to; the working directory unless given. A project's own folder, so that it does not matter where below it a command runs. */
  labelBase?: string
  /** By what the registry knows the root; for one root only. Default: its path relative to `cwd`, with `/`. */
  rootLabel?: string
}

/**
 * Finds the skills below one or more roots: folders with a SKILL.md or skill.md at any depth (nested ones are skills of
 * their own), and folders of the older layout, `<id>/meta.json` directly below a root. Symbolic links are not followed.
 * Throws SKILLS_DIR_MISSING for a root that is no folder. One folder below two roots counts for the first.
 */
export async function discoverSkills(options: DiscoverOptions): Promise<Discovered> {
  const roots = resolveRoots(options)
  const found: Discovered = { roots, locations: [], invalid: [], diagnostics: [] }
  const seen = new Set<string>()
  for (const root of roots) {
    const scanned = await scan(root.path)
    const { locations, diagnostics } = locateSkills(scanned.files, root, options.cwd)
    found.diagnostics = [...found.diagnostics, ...diagnostics]
    const real = realpathSync(root.path)
    for (const location of locations) {
      const key = path.join(real, path.relative(root.path, location.folder))
      if (!seen.has(key)) found.locations.push(location)
      seen.add(key)
    }
    const links = linkFindings(scanned.links, new Set(locations.map(({ folder }) => folder)))
    for (const { path: at, diagnostic } of [...scanned.failures, ...links].toSorted((a, b) => bytewise(a.path, b.path))) {
      const shown = display(at, options.cwd)
      found.diagnostics.push({ ...diagnostic, file: shown })
      if (diagnostic.severity === 'error') found.invalid.push({ path: shown })
    }
  }
  return found
}

function resolveRoots({ roots, cwd, rootLabel, labelBase }: DiscoverOptions): SkillRoot[] {
  if (rootLabel !== undefined && roots.length !== 1) {
    throw new SkillsError('USAGE', `a root label needs exactly one skills folder, ${roots.length} are given`, {
      hint: 'run once for each folder',
    })
  }
  return roots.map((given) => {
    const absolute = path.resolve(cwd, given)
    const stats = statSync(absolute, { throwIfNoEntry: false })
    if (stats?.isDirectory() !== true) {
      throw new SkillsError(
        'SKILLS_DIR_MISSING',
        `the skills folder ${oneLine(given)} ${stats === undefined ? 'does not exist' : 'is no folder'}`,
        {
          hint: stats === undefined ? 'create it, or name another folder' : 'name the folder that the file is in',
        },
      )
    }
    return { path: absolute, label: rootLabel ?? relativePath(absolute, labelBase ?? cwd) }
  })
}

interface PlacedFinding {
  path: string
  diagnostic: Diagnostic
}

/** Links inside of a skill are that skill's fault and found with its digest; of the others, those that lead to folders matter. */
function linkFindings(links: readonly string[], skills: ReadonlySet<string>): PlacedFinding[] {
  const found: PlacedFinding[] = []
  for (const link of links) {
    if (isInside(path.dirname(link), skills) || LEFT_OUT.has(path.basename(link))) continue
    if (!leadsToFolder(link)) continue
    const isSkill = SKILL_FILES.some((name) => existsSync(path.join(link, name)))
    const diagnostic = isSkill
      ? finding(
          'SKILL_SYMLINK',
          'a symbolic link to a skill: links are never followed',
          link,
          undefined,
          'replace the link by the folder, or name the folder it points to as a root of its own',
        )
      : finding('SKILL_LINK_SKIPPED', 'a symbolic link to a folder: it was not searched for skills', link)
    found.push({ path: link, diagnostic })
  }
  return found
}

function leadsToFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory()
  } catch {
    return false
  }
}

function isInside(folder: string, skills: ReadonlySet<string>): boolean {
  for (let at = folder; ; at = path.dirname(at)) {
    if (skills.has(at)) return true
    if (at === path.dirname(at)) return false
  }
}
