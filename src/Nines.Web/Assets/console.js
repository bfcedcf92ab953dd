// What moves on a page: parts marked data-live are fetched again when the shared event stream tells news that concerns them.
// data-live="" concerns everything; data-live="a b" the components a and b, and what concerns all of them.
(() => {
  const shown = document.getElementById('live-state');
  const words = { connecting: 'Connecting …', live: 'Live', lost: 'Reconnecting …' };
  const soonest = 250; // ms between two fetches of one part
  const fetched = new WeakMap();
  let wasLost = false;
  let isLive = false;

  const fetchAgain = part => {
    const wait = Math.max(0, (fetched.get(part) ?? 0) + soonest - performance.now());
    if (part.dataset.liveDue) return;
    part.dataset.liveDue = '1';
    setTimeout(() => {
      delete part.dataset.liveDue;
      fetched.set(part, performance.now());
      if (part.isConnected) htmx.trigger(part, 'news');
    }, wait);
  };

  const concerns = (part, news) => {
    const own = part.dataset.live.split(' ').filter(name => name);
    return own.length === 0 || news.components.length === 0 || news.components.some(name => own.includes(name));
  };

  const hear = message => {
    if (message.news) {
      for (const part of document.querySelectorAll('[data-live]')) if (concerns(part, message.news)) fetchAgain(part);
      return;
    }
    if (shown) {
      shown.textContent = words[message];
      shown.dataset.state = message;
    }
    isLive = message === 'live';
    // What came while nobody heard is not known: everything is fetched again.
    if (message === 'live' && wasLost) for (const part of document.querySelectorAll('[data-live]')) fetchAgain(part);
    wasLost = message === 'lost';
  };

  const worker = document.querySelector('script[data-live-worker]')?.dataset.liveWorker;
  if (worker && window.SharedWorker && shown) {
    const live = new SharedWorker(worker, { name: 'nines-live' });
    live.port.addEventListener('message', event => hear(event.data));
    live.port.start();
    addEventListener('pagehide', () => live.port.postMessage('bye'));
  }

  // Lengths of what goes on: data-ticks is their seconds as of when the page was made. Counted on only while the stream tells what is new:
  // nothing is said to go on that nobody hears of.
  const seen = new WeakMap();
  const two = number => String(number).padStart(2, '0');
  const spoken = seconds => {
    const whole = Math.floor(seconds);
    if (whole < 60) return `${whole} s`;
    if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
    if (whole < 86400) return `${Math.floor(whole / 3600)}h ${two(Math.floor(whole / 60) % 60)}m ${two(whole % 60)}s`;
    return `${Math.floor(whole / 86400)}d ${two(Math.floor(whole / 3600) % 24)}h ${two(Math.floor(whole / 60) % 60)}m`;
  };
  setInterval(() => {
    for (const part of document.querySelectorAll('[data-ticks]')) {
      if (!seen.has(part)) seen.set(part, performance.now());
      if (!isLive || document.hidden) continue;
      const text = spoken(Number(part.dataset.ticks) + (performance.now() - seen.get(part)) / 1000);
      if (part.textContent !== text) part.textContent = text;
    }
  }, 1000);

  // '/' goes to the page's filter, as people know it from elsewhere; never while something is being written.
  addEventListener('keydown', event => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.('input, textarea, select, [contenteditable]')) return;
    const filter = document.querySelector('[data-filter]');
    if (!filter) return;
    event.preventDefault();
    filter.focus();
    filter.select?.();
  });
})();
