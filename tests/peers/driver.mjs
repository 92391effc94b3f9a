// Drives stock Yjs clients for the tests: one JSON command a line in, one JSON reply a line out.
//
//   {"id": 1, "do": "open", "peer": "ada", "url": "ws://…/collab", "room": "<article>", "params": {…}}
//   {"id": 1, "ok": {…}}   or   {"id": 1, "error": "…"}
//
// The commands are the methods of Peer. Commands of different peers may overlap.

import { createInterface } from 'node:readline'

import { Peer } from './peer.mjs'

/** @type {Map<string, Peer>} */
const peers = new Map()

async function run ({ do: verb, peer: name, ...args }) {
  if (verb === 'open') {
    peers.get(name)?.destroy()
    peers.set(name, new Peer(args))
    return {}
  }
  const peer = peers.get(name)
  if (peer === undefined) throw new Error(`no peer is called ${name}`)
  if (!Peer.verbs.includes(verb)) throw new Error(`no peer can ${verb}`)
  return (await peer[verb](args)) ?? {}
}

function reply (line) {
  process.stdout.write(JSON.stringify(line) + '\n')
}

const lines = createInterface({ input: process.stdin })
lines.on('line', async line => {
  const command = JSON.parse(line)
  try {
    reply({ id: command.id, ok: await run(command) })
  } catch (failure) {
    reply({ id: command.id, error: String(failure.stack ?? failure) })
  }
})
lines.on('close', () => process.exit(0))
