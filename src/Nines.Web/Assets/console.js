// What moves on a page: parts marked data-live are fetched again when the shared event stream tells news that concerns them.
// data-live="" concerns everything; data-live="a b" the components a and b, and what concerns all of them.
(() => {
  const shown = document.getElementById('live-state');
  const words = { connecting: 'Connecting …', live: 'Live', lost: 'Reconnecting …' };
  const soonest = 250; // ms between two fetches of one part
  const fetched = new WeakMap();
  let wasLost = false;

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
})();
