import type { Db, Row } from '../../../src/db/db.ts'
import { changed, fault, type VerifyFault } from './fault.ts'
import { bare, namesOf } from './own-objects.ts'

const APPLICATION = new Set(['log_skill_usage', 'is_skill_unlocked', 'unlock_skill'])

/** Every function of the package: dropped, renamed, without search_path, with other rights and another text. */
export async function codeFaults(db: Db): Promise<VerifyFault[]> {
  const made: VerifyFault[] = []
  for (const signature of await namesOf(db, 'function')) {
    const [row] = await db.query<Definition>(
      `SELECT pg_get_functiondef(oid) AS text, provolatile::text AS volatility FROM pg_proc WHERE oid = '${signature}'::regprocedure`,
    )
    if (row !== undefined) made.push(...faultsOf(signature, row))
  }
  return made
}

interface Definition extends Row {
  text: string
  volatility: string
}

function faultsOf(signature: string, { text, volatility }: Definition): VerifyFault[] {
  const object = `function ${bare(signature)}`
  const isOfApplication = APPLICATION.has(bare(signature))
  const more = [
    fault(`drop ${object}`, `DROP FUNCTION ${signature} CASCADE`, object),
    fault(`rename ${object}`, `ALTER FUNCTION ${signature} RENAME TO renamed`, object),
    ...(text.includes(' SET search_path ')
      ? [fault(`search_path of ${object} is that of the caller`, `ALTER FUNCTION ${signature} RESET search_path`, object)]
      : []),
    fault(`EXECUTE on ${object} for PUBLIC`, `GRANT EXECUTE ON FUNCTION ${signature} TO PUBLIC`, object),
    fault(`volatility of ${object}`, `ALTER FUNCTION ${signature} ${volatility === 'i' ? 'VOLATILE' : 'IMMUTABLE'}`, object),
  ]
  return [
    ...(isOfApplication ? [] : more),
    fault(`another text of ${object}`, changed(text, /AS \$function\$/, 'AS $function$\n-- another version'), object),
    fault(`leakproof ${object}`, `ALTER FUNCTION ${signature} LEAKPROOF`, object),
    ...(isOfApplication
      ? []
      : [
          fault(
            `security of ${object}`,
            `ALTER FUNCTION ${signature} SECURITY ${/\sSECURITY DEFINER\s/.test(text) ? 'INVOKER' : 'DEFINER'}`,
            object,
          ),
        ]),
  ]
}
