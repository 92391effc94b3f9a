// The edits that tests ask for, in the shapes that y-prosemirror writes.
//
// Positions are numbers that wrap around, so that any number fits any document.

import * as Y from 'yjs'

const within = (at, length) => (length === 0 ? 0 : at % (length + 1))

function paragraphs (doc, section = 'body') {
  return doc.getXmlFragment(`section:${section}`)
}

function textOf (doc, at, section) {
  const body = paragraphs(doc, section)
  if (body.length === 0) return null
  const paragraph = body.get(at % body.length)
  if (paragraph.length === 0) paragraph.insert(0, [new Y.XmlText()])
  return paragraph.get(0)
}

const verbs = {
  title (doc, { at, text }) {
    const title = doc.getText('title')
    title.insert(within(at, title.length), text)
  },
  untitle (doc, { at, length }) {
    const title = doc.getText('title')
    const start = within(at, title.length)
    title.delete(start, Math.min(length, title.length - start))
  },
  paragraph (doc, { at, text, section }) {
    const body = paragraphs(doc, section)
    const paragraph = new Y.XmlElement('paragraph')
    paragraph.insert(0, [new Y.XmlText(text)])
    body.insert(within(at, body.length), [paragraph])
  },
  remove (doc, { at }) {
    const body = paragraphs(doc)
    if (body.length > 0) body.delete(at % body.length, 1)
  },
  type (doc, { at, text, section }) {
    const target = textOf(doc, at, section)
    target?.insert(within(at, target.length), text)
  },
  erase (doc, { at, length }) {
    const target = textOf(doc, at)
    if (target === null) return
    const start = within(at, target.length)
    target.delete(start, Math.min(length, target.length - start))
  },
  bold (doc, { at, length }) {
    const target = textOf(doc, at)
    if (target === null) return
    const start = within(at, target.length)
    target.format(start, Math.min(length, target.length - start), { bold: {} })
  }
}

export function edit (doc, { kind, ...args }) {
  verbs[kind](doc, args)
}
