// The circuit's own reconnect dialog: goes on by itself where the stock one waits for a click. A page keeps no state
// that its address and the server do not have, so loading it anew is always safe.
(() => {
  const dialog = document.getElementById('components-reconnect-modal');
  let looking = false;

  async function lookForServer() {
    if (looking) { return; }
    looking = true;
    while (dialog.classList.contains('components-reconnect-failed')) {
      try {
        if ((await fetch('alive', { cache: 'no-store' })).ok) {
          if (!await Blazor.reconnect()) { location.reload(); }
          break;
        }
      } catch { /* still away */ }
      await new Promise(resolve => setTimeout(resolve, 2000));
    }
    looking = false;
  }

  new MutationObserver(() => {
    if (dialog.classList.contains('components-reconnect-rejected')) {
      setTimeout(() => location.reload(), 400);
    } else if (dialog.classList.contains('components-reconnect-failed')) {
      lookForServer();
    }
  }).observe(dialog, { attributes: true, attributeFilter: ['class'] });

  dialog.addEventListener('click', event => {
    const action = event.target.dataset?.reconnect;
    if (action === 'reload') { location.reload(); }
    if (action === 'retry') { lookForServer(); }
  });
})();
