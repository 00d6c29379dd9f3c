import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Readable, Writable } from 'node:stream'

const BINARY = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((file) => existsSync(file))

/** Why tests with a browser are skipped; undefined when Chromium is installed. */
export const NO_BROWSER = BINARY === undefined ? 'chromium is not installed (Debian: apt-get install chromium)' : undefined

/** An open page, with its requests and messages. */
export interface Page {
  /** Addresses that it requested, its own among them. */
  requests: string[]
  /** Messages of the console, of the security policy and of errors. */
  complaints: string[]
  /** A command of the DevTools protocol to this page. */
  send(method: string, params?: object): Promise<Record<string, unknown>>
  /** The value of an expression, awaited. */
  evaluate<T>(expression: string): Promise<T>
  /** Loads an address and waits for the page's load event. */
  open(url: string): Promise<void>
  resize(width: number, height: number): Promise<void>
  media(features: { scheme?: 'light' | 'dark'; print?: boolean; forcedColors?: boolean }): Promise<void>
  /** The whole page as PNG. */
  screenshot(): Promise<Buffer>
  close(): Promise<void>
}

export interface Browser {
  newPage(): Promise<Page>
  stop(): Promise<void>
}

interface Message {
  id?: number
  sessionId?: string
  method?: string
  params?: Record<string, unknown>
  result?: Record<string, unknown>
  error?: { message: string }
}

/** Starts a headless Chromium and talks the DevTools protocol with it over two pipes, which needs no package. */
export async function startChromium(): Promise<Browser> {
  if (BINARY === undefined) throw new Error(NO_BROWSER)
  const folder = mkdtempSync(path.join(os.tmpdir(), 'skills-chromium-'))
  const child = spawn(
    BINARY,
    [
      '--headless=new',
      '--no-sandbox',
      '--remote-debugging-pipe',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--no-first-run',
      '--hide-scrollbars',
      `--user-data-dir=${folder}`,
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '', HOME: folder } },
  )
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const { send, listen } = speak(child.stdio[3] as Writable, child.stdio[4] as Readable)
  await send('Browser.getVersion')
  return {
    newPage: () => newPage(send, listen),
    async stop() {
      await send('Browser.close').catch(() => undefined)
      await ended
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

type Send = (method: string, params?: object, sessionId?: string) => Promise<Record<string, unknown>>
type Listen = (listener: (message: Message) => void) => void

/** Messages of JSON with a NUL after each. */
function speak(to: Writable, from: Readable): { send: Send; listen: Listen } {
  const waiting = new Map<number, { resolve: (result: Record<string, unknown>) => void; reject: (error: Error) => void }>()
  const listeners: ((message: Message) => void)[] = []
  let rest = Buffer.alloc(0)
  from.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0)) {
      const message = JSON.parse(rest.subarray(0, end).toString()) as Message
      rest = rest.subarray(end + 1)
      const call = message.id === undefined ? undefined : waiting.get(message.id)
      if (call === undefined) for (const listener of listeners) listener(message)
      else if (message.error === undefined) call.resolve(message.result ?? {})
      else call.reject(new Error(message.error.message))
    }
  })
  from.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the browser is gone'))
  })
  let id = 0
  return {
    send: (method, params = {}, sessionId = undefined) =>
      new Promise((resolve, reject) => {
        id++
        waiting.set(id, { resolve, reject })
        to.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`)
      }),
    listen: (listener) => void listeners.push(listener),
  }
}

async function newPage(send: Send, listen: Listen): Promise<Page> {
  const { targetId } = (await send('Target.createTarget', { url: 'about:blank' })) as { targetId: string }
  const { sessionId } = (await send('Target.attachToTarget', { targetId, flatten: true })) as { sessionId: string }
  const requests: string[] = []
  const complaints: string[] = []
  let tellLoaded: (() => void) | undefined
  listen((message) => {
    if (message.sessionId !== sessionId) return
    const { method, params = {} } = message
    if (method === 'Page.loadEventFired') tellLoaded?.()
    if (method === 'Network.requestWillBeSent') requests.push((params['request'] as { url: string }).url)
    if (method === 'Log.entryAdded') complaints.push((params['entry'] as { text: string }).text)
    if (method === 'Runtime.consoleAPICalled') complaints.push(JSON.stringify(params['args']))
    if (method === 'Runtime.exceptionThrown') complaints.push(JSON.stringify(params['exceptionDetails']))
  })
  const call: Page['send'] = (method, params) => send(method, params, sessionId)
  for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await call(`${domain}.enable`)
  return {
    requests,
    complaints,
    send: call,
    async evaluate<T>(expression: string) {
      const { result, exceptionDetails } = await call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
      return (result as { value: T }).value
    },
    async open(url) {
      const loaded = new Promise<void>((resolve) => (tellLoaded = resolve))
      await call('Page.navigate', { url })
      await loaded
    },
    async resize(width, height) {
      await call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false })
    },
    async media({ scheme = 'light', print = false, forcedColors = false }) {
      await call('Emulation.setEmulatedMedia', {
        media: print ? 'print' : 'screen',
        features: [
          { name: 'prefers-color-scheme', value: scheme },
          { name: 'forced-colors', value: forcedColors ? 'active' : 'none' },
        ],
      })
    },
    async screenshot() {
      const { data } = await call('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true })
      return Buffer.from(data as string, 'base64')
    },
    close: async () => void (await send('Target.closeTarget', { targetId })),
  }
}
