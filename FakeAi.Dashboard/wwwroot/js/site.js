// What every page shares: theme, copying, the browser's clock, whether the page can be seen.

const key = 'fakeai-theme';
const root = document.documentElement;
const system = matchMedia('(prefers-color-scheme: light)');

const stored = () => { try { return localStorage.getItem(key); } catch { return null; } };
const systemTheme = () => system.matches ? 'light' : 'dark';

function apply(theme) {
  if (root.dataset.theme === theme) { return; }
  const old = document.getElementById('theme-sheet');
  const sheet = document.createElement('link');
  sheet.rel = 'stylesheet';
  sheet.href = root.getAttribute('data-sheet-' + theme);
  // The old sheet stays until the new one is there: no moment without styles.
  sheet.onload = () => {
    old.remove();
    sheet.id = 'theme-sheet';
    root.dataset.theme = theme;
    document.dispatchEvent(new CustomEvent('fakeai:theme'));
  };
  old.after(sheet);
}

/** Switches between light and dark. A choice that equals the system's is forgotten, so that the page follows it again. */
export function toggleTheme() {
  const theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
  try {
    if (theme === systemTheme()) { localStorage.removeItem(key); } else { localStorage.setItem(key, theme); }
  } catch { /* not persisted then */ }
  apply(theme);
}

system.addEventListener('change', () => { if (!stored()) { apply(systemTheme()); } });

export function utcOffsetMinutes() { return -new Date().getTimezoneOffset(); }

/** Tells the page's component when the tab is hidden or shown, so that nothing is sent to tabs that nobody sees. */
export function watchVisibility(component) {
  const tell = () => component.invokeMethodAsync('SetVisible', !document.hidden).catch(() => { });
  document.addEventListener('visibilitychange', tell);
  if (document.hidden) { tell(); }
  return { dispose: () => document.removeEventListener('visibilitychange', tell) };
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = Object.assign(document.createElement('textarea'), { value: text });
    area.style.position = 'fixed';
    area.style.opacity = '0';
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}

document.addEventListener('click', async event => {
  const button = event.target.closest?.('[data-copy]');
  if (!button) { return; }
  await copy(button.dataset.copy);
  button.classList.add('copied');
  setTimeout(() => button.classList.remove('copied'), 1500);
});

document.addEventListener('click', event => {
  if (event.target.closest?.('[data-toggle-theme]')) { toggleTheme(); }
});
