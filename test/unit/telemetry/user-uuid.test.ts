import { expect, test } from 'vitest'
import { USER_NAMESPACE, userIdOf } from '../../../src/telemetry/user-uuid.ts'

// the values are those of uuid.uuid5(uuid.UUID(namespace), name) of Python
test('userIdOf: names as UUID version 5 -> the same UUIDs for ever', () => {
  expect(USER_NAMESPACE).toBe('4d0c5f08-d3e5-5dd9-81ee-f6891e51c240')
  expect(userIdOf('ann@example.com', 'uuid5')).toBe('eed67bbf-36fc-59e8-ad39-ecb9307f42d1')
  expect(userIdOf('Zoë', 'uuid5')).toBe('e9568d9a-2572-5277-a620-54eaeb37f00d')
})

test('userIdOf: a UUID, no name, or the form uuid -> unchanged', () => {
  const user = '9F1C1D3E-0000-4000-8000-000000000001'
  expect([userIdOf(user, 'uuid5'), userIdOf(user, 'uuid'), userIdOf('ann', 'uuid'), userIdOf('', 'uuid5')]).toEqual([user, user, 'ann', ''])
})
