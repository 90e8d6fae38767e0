// Keys by their place on the keyboard, so that they work in the Russian layout too.

const typing = (target) => target.closest("input, textarea, select, [contenteditable=true], dialog");

// `map` is {KeyJ: handler, ...}; a handler gets the event. Nothing happens while somebody types or holds a modifier.
export function keys(map) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
    const handler = map[event.shiftKey ? `Shift+${event.code}` : event.code];
    if (handler && handler(event) !== false) event.preventDefault();
  });
}
