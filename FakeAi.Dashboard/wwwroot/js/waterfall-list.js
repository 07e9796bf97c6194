// The list below the canvas: stands still while somebody is in it, so that no row slides away from under a pointer, a
// finger or the keyboard's focus.

/** Tells whenever the list becomes or ceases to be in use. */
export function watchList(list, tell) {
  let hover = false, used = false;

  function update() {
    const inside = document.activeElement;
    const now = hover || list.scrollTop > 0 || (list.contains(inside) && inside.matches(':focus-visible'));
    if (now !== used) { tell(used = now); }
  }

  const later = () => setTimeout(update);
  // A finger leaves with the tap; scrolling tells that it reads.
  list.addEventListener('pointerenter', event => { hover = event.pointerType !== 'touch'; update(); });
  list.addEventListener('pointerleave', () => { hover = false; update(); });
  list.addEventListener('scroll', update, { passive: true });
  list.addEventListener('focusin', update);
  list.addEventListener('focusout', later);

  return {
    /** Puts the focus on a request's row, where it was before the details were shown. */
    focus(id) { list.querySelector(`[data-request-id="${CSS.escape(id)}"] button`)?.focus({ preventScroll: true }); },
  };
}
