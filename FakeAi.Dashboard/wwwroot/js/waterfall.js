// The waterfall's canvas. The server sends requests that changed, at most 4 times a second; between that everything
// moves by the browser's own clock, at most 15 frames a second, and only while the page can be seen.
import { watchList } from './waterfall-list.js';
import { Lanes } from './waterfall-lanes.js';
import { createTip } from './waterfall-tip.js';

const MAX_ENDED = 1000;
const FRAME_MS = 1000 / 15;
const AXIS = 22;
const [ACTIVE, COMPLETED, FAILED, CANCELLED] = [0, 1, 2, 3];
const STATUS = ['under way', 'completed', 'failed', 'cancelled'];
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120];
const COLORS = ['wait', 'decode', 'decode-text', 'ttft', 'good', 'bad', 'warn', 'grid', 'text-muted', 'now', 'hover'];

// Order as in WaterfallPage.
function rowOf([id, start, ttft, duration, status, streaming, input, output, model, code, finish]) {
  return { id, start, ttft, duration, status, streaming: streaming === 1, input, output, model, code, finish, lane: 0 };
}

/** Starts drawing into the canvas below an element. */
export function create(root, list, page, range) {
  const view = root.querySelector('[data-waterfall-view]');
  const canvas = view.querySelector('canvas');
  const context = canvas.getContext('2d', { alpha: false });
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const rows = new Map();
  const lanes = new Lanes();
  const labels = new Map();
  let colors = {}, offset = null, following = true, edge = 0, pausedAt = 0, oldest = null, hovered = null;
  let lastFrame = 0, frame = 0, dirty = true, drag = null, scroll = 0, contentHeight = 0;

  const now = () => (Date.now() + (offset ?? 0)) / 1000;
  const listed = watchList(list, used => page.invokeMethodAsync('UseListAsync', used).catch(() => { }));
  const tip = createTip(view.querySelector('.waterfall-tip'), view, STATUS);

  function readColors() {
    const style = getComputedStyle(document.documentElement);
    colors = Object.fromEntries(COLORS.map(name => [name, style.getPropertyValue('--' + name).trim()]));
    colors.back = style.getPropertyValue('--panel').trim();
    dirty = true;
  }

  // Everything that drawing and hit tests need to know of where things are.
  function layout() {
    const width = view.clientWidth, height = view.clientHeight;
    const right = following ? now() : edge, left = right - range;
    const pad = 14, scale = (width - pad - 10) / range;
    let count = 0;
    for (const row of rows.values()) {
      if (row.start < right && endOf(row) > left) { count = Math.max(count, row.lane + 1); }
    }
    // In steps, so that one more request does not move all others.
    const shown = [12, 18, 26, 36, 48].find(n => n >= count) ?? count;
    const lane = Math.max(7, Math.min(22, Math.floor((height - AXIS - 8) / shown)));
    contentHeight = AXIS + 8 + count * lane;
    scroll = Math.max(0, Math.min(scroll, contentHeight - height));
    return { width, height, left, right, lane, scale, x: t => 10 + (t - left) * scale, y: n => AXIS + 6 + n * lane - scroll };
  }

  const endOf = row => row.status === ACTIVE ? Math.max(now(), row.start) : row.start + row.duration / 1000;

  function draw() {
    const ratio = devicePixelRatio || 1, at = layout();
    if (canvas.width !== Math.round(at.width * ratio) || canvas.height !== Math.round(at.height * ratio)) {
      canvas.width = Math.round(at.width * ratio);
      canvas.height = Math.round(at.height * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = colors.back;
    context.fillRect(0, 0, at.width, at.height);
    grid(at);
    for (const row of rows.values()) {
      const x1 = at.x(row.start), x2 = at.x(endOf(row)), y = at.y(row.lane);
      if (x2 > -20 && x1 < at.width && y > -at.lane && y < at.height) { bar(row, x1, Math.max(x2, x1 + 2), y, at.lane); }
    }
    horizon(at);
    axis(at);
    if (hovered && rows.has(hovered)) { tip.update(rows.get(hovered), now()); }
  }

  // Marks shrink with short bars, which they would hide.
  const markSize = (x1, x2, most) => Math.min(5, most, Math.max(2, (x2 - x1) / 7));

  function bar(row, x1, x2, y, lane) {
    const height = Math.max(4, Math.round(lane * 0.64)), top = y + (lane - height) / 2, middle = top + height / 2;
    const first = row.ttft == null ? null : Math.min(x2, x1 + (x2 - x1) * Math.min(1, row.ttft / 1000 / Math.max(1e-6, endOf(row) - row.start)));
    // A whole answer has no first token: all of it is work, shown as the wait that it is for the client.
    context.fillStyle = colors.wait;
    context.fillRect(x1, top, (first ?? x2) - x1, height);
    if (first != null) {
      context.fillStyle = colors.decode;
      context.fillRect(first, top, x2 - first, height);
      if (lane >= 14) { label(row, first + 9, x2 - 12, middle); }
      context.fillStyle = colors.ttft;
      const size = markSize(x1, x2, height / 2 + 1);
      context.beginPath();
      context.moveTo(first, middle - size);
      context.lineTo(first + size, middle);
      context.lineTo(first, middle + size);
      context.lineTo(first - size, middle);
      context.fill();
    }
    cap(row.status, x2, middle, row.status === COMPLETED ? markSize(x1, x2, height / 2 + 0.5) : Math.min(5, height / 2 + 0.5));
    if (row.id === hovered) {
      context.strokeStyle = colors.hover;
      context.lineWidth = 1.5;
      context.strokeRect(x1 - 2, top - 2, x2 - x1 + 4, height + 4);
    }
  }

  function cap(status, x, y, size) {
    context.lineWidth = 2;
    if (status === COMPLETED) {
      context.fillStyle = colors.good;
      context.fillRect(x - size + 1, y - size + 1, 2 * size - 2, 2 * size - 2);
    } else if (status === FAILED || status === CANCELLED) {
      context.strokeStyle = status === FAILED ? colors.bad : colors.warn;
      context.beginPath();
      context.moveTo(x - size + 1, y + size);
      context.lineTo(x + size - 1, y - size);
      if (status === FAILED) {
        context.moveTo(x - size + 1, y - size);
        context.lineTo(x + size - 1, y + size);
      }
      context.stroke();
    }
  }

  function label(row, from, to, middle) {
    const text = row.model ?? '';
    let width = labels.get(text);
    context.font = '11px system-ui, sans-serif';
    if (width === undefined) { labels.set(text, width = context.measureText(text).width); }
    if (text && width < to - Math.max(from, 12)) {
      context.fillStyle = colors['decode-text'];
      context.textBaseline = 'middle';
      context.textAlign = 'left';
      context.fillText(text, Math.max(from, 12), middle + 0.5);
    }
  }

  function line(at, x, color) {
    context.strokeStyle = color;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, AXIS);
    context.lineTo(x, at.height);
    context.stroke();
  }

  const stepOf = at => STEPS.find(s => s * at.scale > 84) ?? 300;

  function grid(at) {
    const step = stepOf(at);
    for (let t = Math.ceil(at.left / step) * step; t <= at.right; t += step) { line(at, Math.round(at.x(t)) + 0.5, colors.grid); }
  }

  // After the bars: those that are scrolled up lie below it.
  function axis(at) {
    const step = stepOf(at);
    context.fillStyle = colors.back;
    context.fillRect(0, 0, at.width, AXIS);
    context.font = '11px system-ui, sans-serif';
    context.fillStyle = colors['text-muted'];
    context.textBaseline = 'middle';
    for (let t = Math.ceil(at.left / step) * step; t <= at.right; t += step) {
      const x = at.x(t), near = x < 30, far = x > at.width - 30;
      context.textAlign = near ? 'left' : far ? 'right' : 'center';
      context.fillText(new Date(t * 1000).toLocaleTimeString([], { hour12: false }), near ? 4 : far ? at.width - 4 : x, AXIS / 2);
    }
    if (following) { line(at, Math.round(at.x(at.right)) + 0.5, colors.now); }
  }

  // Left of it nothing is drawn, which must not look like silence.
  function horizon(at) {
    const x = oldest == null ? 0 : at.x(oldest);
    if (x < 60) { return; }
    line(at, Math.round(x) + 0.5, colors['text-muted']);
    context.fillStyle = colors['text-muted'];
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    const words = ['Older requests are not kept', 'not kept'].find(w => context.measureText(w).width < x - 20);
    if (words) { context.fillText(words, x - 8, AXIS + 16); }
  }

  function tick(time) {
    frame = requestAnimationFrame(tick);
    const pace = calm.matches ? 1000 : FRAME_MS;
    const moving = following || [...rows.values()].some(r => r.status === ACTIVE);
    if (time - lastFrame < pace - 4 && !(dirty && time - lastFrame >= FRAME_MS - 4)) { return; }
    if (dirty || moving) {
      lastFrame = time;
      dirty = false;
      draw();
    }
  }

  function pause() {
    following = false;
    edge = pausedAt = now();
  }

  function rowAt(event) {
    const box = canvas.getBoundingClientRect(), at = layout();
    const x = event.clientX - box.left, y = event.clientY - box.top;
    if (y < AXIS) { return null; }
    const lane = Math.floor((y - at.y(0)) / at.lane);
    let found = null;
    for (const row of rows.values()) {
      if (row.lane === lane && at.x(row.start) - 4 <= x && x <= at.x(endOf(row)) + 6 && (!found || row.start > found.start)) { found = row; }
    }
    return found;
  }

  function describe() {
    let active = 0, failed = 0;
    for (const row of rows.values()) { active += row.status === ACTIVE; failed += row.status === FAILED; }
    canvas.setAttribute('aria-label',
      `Waterfall of ${rows.size} requests, ${active} under way, ${failed} failed. The list below has one item for each.`);
  }

  // What is looked at while paused stays, so there may be twice as many for as long.
  function trim() {
    const ended = [...rows.values()].filter(r => r.status !== ACTIVE && (following || r.start > pausedAt));
    if (ended.length < MAX_ENDED) { return; }
    ended.sort((a, b) => endOf(a) - endOf(b));
    for (const row of ended.slice(0, ended.length - MAX_ENDED)) { rows.delete(row.id); }
    if (following) { oldest = endOf(ended[ended.length - MAX_ENDED]); }
  }

  canvas.addEventListener('pointermove', event => {
    if (drag) {
      const moved = event.clientX - drag.x;
      if (!drag.moved && Math.abs(moved) < 5) { return; }
      if (!drag.moved && following) { page.invokeMethodAsync('PauseAsync'); pause(); }
      drag.moved = true;
      edge = Math.min(now(), drag.edge - moved / layout().scale);
      dirty = true;
      return;
    }
    const row = rowAt(event);
    if (hovered !== (row?.id ?? null)) { hovered = row?.id ?? null; dirty = true; }
    canvas.style.cursor = row ? 'pointer' : 'grab';
    tip.show(row, event, now());
  });
  canvas.addEventListener('pointerleave', () => { hovered = null; dirty = true; tip.show(null); });
  canvas.addEventListener('pointerdown', event => {
    if (event.button !== 0) { return; }
    drag = { x: event.clientX, edge: following ? now() : edge, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointerup', event => {
    const row = drag && !drag.moved ? rowAt(event) : null;
    drag = null;
    if (row) { tip.show(null); page.invokeMethodAsync('ShowRequestAsync', row.id); }
  });
  canvas.addEventListener('pointercancel', () => { drag = null; });
  view.addEventListener('wheel', event => {
    const before = scroll;
    scroll = Math.max(0, Math.min(scroll + event.deltaY, contentHeight - view.clientHeight));
    if (scroll !== before) { event.preventDefault(); dirty = true; }
  }, { passive: false });

  const touched = () => { dirty = true; };
  const resize = new ResizeObserver(touched);
  resize.observe(view);
  document.addEventListener('fakeai:theme', readColors);
  document.addEventListener('visibilitychange', touched);
  readColors();
  frame = requestAnimationFrame(tick);

  return {
    /** Takes in changed requests; after a reset everything that was known is forgotten. */
    push(reset, serverNow, changed) {
      const measured = serverNow - Date.now();
      offset = offset == null ? measured : Math.max(offset - 1, measured);
      if (reset) { rows.clear(); lanes.clear(); oldest = null; }
      const incoming = changed.map(rowOf).sort((a, b) => a.start - b.start);
      for (const row of incoming) {
        lanes.place(row, rows.get(row.id));
        rows.set(row.id, row);
      }
      trim();
      describe();
      dirty = true;
    },
    focusItem(id) { listed.focus(id); },
    setRange(seconds) { range = seconds; dirty = true; },
    setFollowing(on) {
      if (!on && following) { pause(); }
      following = on;
      trim();
      dirty = true;
    },
    dispose() {
      cancelAnimationFrame(frame);
      resize.disconnect();
      document.removeEventListener('fakeai:theme', readColors);
      document.removeEventListener('visibilitychange', touched);
    },
  };
}
