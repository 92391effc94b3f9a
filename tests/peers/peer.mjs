// One stock client: a Y.Doc and, when it has an address, the WebsocketProvider of y-websocket.

import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import WebSocket from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

import { edit } from './edits.mjs'

const BARRIER = 102

/** A socket that can carry headers, which the browser's own cannot. */
function socketWith (headers) {
  return class extends WebSocket {
    constructor (url, protocols) {
      super(url, protocols, { headers })
    }
  }
}

const text = encoded => Buffer.from(encoded).toString('base64')
const bytes = encoded => new Uint8Array(Buffer.from(encoded, 'base64'))

export class Peer {
  static verbs = [
    'connect', 'disconnect', 'destroy', 'synced', 'barrier', 'closed', 'awareness', 'presence',
    'become', 'edit', 'read', 'update', 'apply', 'vector', 'contains'
  ]

  constructor ({ url, room, params = {}, headers = {}, client }) {
    this.doc = new Y.Doc()
    if (client !== undefined) this.doc.clientID = client
    this.closures = []
    this.waiting = []
    this.echoes = new Set()
    this.barriers = 0
    if (url !== undefined) this.#open(url, room, params, headers)
    this.doc.on('update', () => this.#wake())
  }

  #open (url, room, params, headers) {
    this.provider = new WebsocketProvider(url, room, this.doc, {
      params,
      WebSocketPolyfill: socketWith(headers),
      disableBc: true
    })
    this.provider.messageHandlers[BARRIER] = (_encoder, decoder) => {
      this.echoes.add(Number(Buffer.from(decoding.readVarUint8Array(decoder)).toString()))
      this.#wake()
    }
    this.provider.on('sync', () => this.#wake())
    this.provider.on('connection-close', event => {
      if (event) this.closures.push({ code: event.code, reason: String(event.reason) })
      this.#wake()
    })
    this.provider.awareness.on('change', () => this.#wake())
  }

  #wake () {
    this.waiting = this.waiting.filter(({ condition, resolve }) => {
      const found = condition()
      if (found) resolve(found)
      return !found
    })
  }

  #until (condition) {
    return new Promise(resolve => {
      this.waiting.push({ condition, resolve })
      this.#wake()
    })
  }

  connect () {
    this.provider.connect()
  }

  disconnect () {
    this.provider.disconnect()
  }

  destroy () {
    this.provider?.destroy()
    this.doc.destroy()
  }

  async synced () {
    await this.#until(() => this.provider.synced)
  }

  /** Resolves once everything sent so far is on the server's disk. */
  async barrier () {
    const version = ++this.barriers
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, BARRIER)
    encoding.writeVarUint8Array(encoder, Buffer.from(String(version)))
    this.provider.ws.send(encoding.toUint8Array(encoder))
    await this.#until(() => this.echoes.has(version))
  }

  async closed () {
    return await this.#until(() => this.closures.shift())
  }

  awareness ({ state }) {
    this.provider.awareness.setLocalState(state)
  }

  /** Resolves with everybody's state once as many people are here. */
  async presence ({ people }) {
    const states = this.provider.awareness.getStates()
    await this.#until(() => states.size === people)
    return { states: [...states.values()] }
  }

  /** Takes the client id of another; Yjs itself would step aside when it hears of one. */
  become ({ client }) {
    this.doc.clientID = client
  }

  edit ({ edits }) {
    this.doc.transact(() => edits.forEach(one => edit(this.doc, one)))
  }

  read ({ section = 'body' }) {
    return {
      client: this.doc.clientID,
      title: this.doc.getText('title').toString(),
      body: this.doc.getXmlFragment(`section:${section}`).toString()
    }
  }

  /** Resolves once the title contains a text. */
  async contains ({ title }) {
    await this.#until(() => this.doc.getText('title').toString().includes(title))
  }

  update ({ vector }) {
    return { update: text(Y.encodeStateAsUpdate(this.doc, vector && bytes(vector))) }
  }

  vector () {
    return { vector: text(Y.encodeStateVector(this.doc)) }
  }

  apply ({ update }) {
    Y.applyUpdate(this.doc, bytes(update))
  }
}
