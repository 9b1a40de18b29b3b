// What the real renderer does with its bridge, and no more: one snapshot, then every event as a line.
const heading = document.querySelector('h1')
const list = document.querySelector('ol')

window.countersign.subscribe(({ event }) => {
  const item = document.createElement('li')
  item.textContent = [event.type, event.id ?? event.card?.id ?? ''].join(' ').trim()
  list.append(item)
})
const reply = await window.countersign.request('snapshot', {})
heading.textContent = `${reply.value.approvals.length} waiting`
