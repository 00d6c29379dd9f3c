import { apiRoleFaults } from './api-roles.ts'
import { CALL_FAULTS } from './calls.ts'
import { codeFaults } from './code-objects.ts'
import { COLUMN_PROPERTY_FAULTS } from './column-properties.ts'
import { columnFaults } from './columns.ts'
import { commentFaults } from './comments.ts'
import { constraintFaults } from './constraints.ts'
import { DATA } from './data.ts'
import type { FaultFamily, HarmlessState } from './fault.ts'
import { functionFaults } from './functions.ts'
import { HARMLESS_ALONE } from './harmless-alone.ts'
import { HARMLESS_CHANGES } from './harmless-changes.ts'
import { HARMLESS_DATA } from './harmless-data.ts'
import { HARMLESS_DATABASES } from './harmless-databases.ts'
import { HARMLESS_LOGINS } from './harmless-logins.ts'
import { HARMLESS_OBJECTS } from './harmless-objects.ts'
import { HARMLESS_PEERS } from './harmless-peers.ts'
import { HARMLESS_PROPERTIES } from './harmless-properties.ts'
import { HARMLESS_RIGHTS } from './harmless-rights.ts'
import { HARMLESS_SETTINGS } from './harmless-settings.ts'
import { HARMLESS_TUNING } from './harmless-tuning.ts'
import { indexFaults } from './indexes.ts'
import { LEDGER_ROW_FAULTS } from './ledger-rows.ts'
import { LEDGER_TABLE_FAULTS } from './ledger-table.ts'
import { LEDGER_FAULTS } from './ledger.ts'
import { LOGIN_ROLE_FAULTS } from './login-roles.ts'
import { OTHER_FUNCTION_FAULTS } from './other-functions.ts'
import { peerFaults } from './peers.ts'
import { OVERLOAD_FAULTS } from './overloads.ts'
import { PROPERTY_FAULTS } from './properties.ts'
import { OWNER_FAULTS } from './owners.ts'
import { publicRightFaults } from './public-rights.ts'
import { REGISTRY_FAULTS } from './registry.ts'
import { RIGHT_FAULTS } from './rights.ts'
import { rollupObjectFaults } from './rollup-objects.ts'
import { ROLLUPS } from './rollups.ts'
import { SEQUENCE_FAULTS } from './sequences.ts'
import { settingsFaults } from './settings.ts'
import { STRUCTURE_FAULTS } from './structure.ts'
import { TABLE_FAULTS } from './table-properties.ts'
import { viewPropertyFaults } from './view-properties.ts'
import { viewFaults } from './views.ts'

/** Every family of faults: one file each. */
export const FAMILIES: readonly FaultFamily[] = [
  STRUCTURE_FAULTS,
  TABLE_FAULTS,
  columnFaults,
  COLUMN_PROPERTY_FAULTS,
  PROPERTY_FAULTS,
  constraintFaults,
  SEQUENCE_FAULTS,
  indexFaults,
  functionFaults,
  OTHER_FUNCTION_FAULTS,
  OVERLOAD_FAULTS,
  CALL_FAULTS,
  codeFaults,
  viewFaults,
  viewPropertyFaults,
  rollupObjectFaults,
  commentFaults,
  RIGHT_FAULTS,
  publicRightFaults,
  apiRoleFaults,
  LOGIN_ROLE_FAULTS,
  OWNER_FAULTS,
  LEDGER_FAULTS,
  LEDGER_TABLE_FAULTS,
  LEDGER_ROW_FAULTS,
  REGISTRY_FAULTS,
  DATA,
  ROLLUPS,
  settingsFaults,
  peerFaults,
]

/** Every family of harmless states. */
export const HARMLESS: readonly HarmlessState[] = [
  ...HARMLESS_CHANGES,
  ...HARMLESS_OBJECTS,
  ...HARMLESS_TUNING,
  ...HARMLESS_PROPERTIES,
  ...HARMLESS_SETTINGS,
  ...HARMLESS_RIGHTS,
  ...HARMLESS_LOGINS,
  ...HARMLESS_DATA,
  ...HARMLESS_DATABASES,
  ...HARMLESS_PEERS,
  ...HARMLESS_ALONE,
]
