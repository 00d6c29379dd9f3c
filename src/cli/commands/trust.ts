import type { Executor } from '../run-command.ts'
import { executor } from '../run-command.ts'
import type { SetCommandReport } from '../set-command.ts'
import { setCommand } from '../set-command.ts'
import { readTrustLevel } from '../trust-level.ts'

export type Report = SetCommandReport

export const execute: Executor = executor('trust', async (context, flags, [id = '', level = '']) =>
  setCommand(context, flags, [id], { trustLevel: readTrustLevel(level, 'the level') }),
)
