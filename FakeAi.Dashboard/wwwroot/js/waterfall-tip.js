// What a bar of the waterfall says when pointed at: its phases in words.

const ms = value => value == null ? '–' : value >= 1000 ? (value / 1000).toFixed(2) + ' s' : Math.round(value) + ' ms';

/** Shows a tip in an element, kept inside a view. */
export function createTip(element, view, statusWords) {
  function lines(row, now) {
    const total = row.duration ?? (now - row.start) * 1000, active = row.duration == null;
    const phases = [];
    if (row.ttft != null) {
      phases.push(['Waited for the first token', ms(row.ttft)], [active ? 'Tokens coming for' : 'Tokens came for', ms(Math.max(0, total - row.ttft))]);
    } else {
      phases.push([active ? 'Waiting for' : row.streaming ? 'Ended without a token after' : 'Worked on the whole answer', ms(total)]);
    }
    const end = [statusWords[row.status], row.code, row.finish].filter(part => part != null).join(' · ');
    return [...phases, ['In all', ms(total) + (active ? ' so far' : '')], ['Tokens', `${row.input} in, ${row.output} out`], ['Status', end]];
  }

  function fill(row, now) {
    const head = document.createElement('strong');
    head.textContent = row.model ?? 'no model';
    const list = document.createElement('dl');
    for (const [name, value] of lines(row, now)) {
      const term = document.createElement('dt'), text = document.createElement('dd');
      term.textContent = name;
      text.textContent = value;
      list.append(term, text);
    }
    element.replaceChildren(head, list);
  }

  return {
    show(row, event, now) {
      element.hidden = !row;
      if (!row) { return; }
      fill(row, now);
      const box = view.getBoundingClientRect();
      // Measured where nothing squeezes it.
      element.style.left = element.style.top = '0';
      const x = event.clientX - box.left + 14, y = event.clientY - box.top + 14;
      element.style.left = Math.max(4, Math.min(x, box.width - element.offsetWidth - 8)) + 'px';
      element.style.top = Math.max(4, Math.min(y, box.height - element.offsetHeight - 8)) + 'px';
    },
    update(row, now) { if (!element.hidden && row.duration == null) { fill(row, now); } },
  };
}
