// What moves on a page: parts marked data-live are fetched again when the shared event stream tells news that concerns them.
// data-live="" concerns everything; data-live="a b" the components a and b, and what concerns all of them. Each has an id.
(() => {
  const shown = document.getElementById('live-state');
  const words = { connecting: 'Connecting …', live: 'Live', lost: 'Reconnecting …' };
  const soonest = 250; // ms between two fetches of one part
  const longest = 10000; // ms that an answer is waited for before the next is asked for
  let wasLost = false;
  let isLive = false;

  // By id: what is swapped in for a part is another element.
  const states = new Map();
  const stateOf = id => states.get(id) ?? states.set(id, { fetched: -soonest, due: 0, busy: 0, again: false, kept: null }).get(id);

  const fetchAgain = id => {
    const state = stateOf(id);
    if (state.due) return;
    // What comes while an answer is under way may not be in it.
    if (state.busy) {
      state.again = true;
      return;
    }
    state.due = setTimeout(() => {
      state.due = 0;
      const part = document.getElementById(id);
      if (!part) return;
      // What somebody writes is not taken from under his hands.
      if (document.activeElement?.matches('input, textarea, select') && part.contains(document.activeElement)) {
        document.activeElement.addEventListener('focusout', () => fetchAgain(id), { once: true });
        return;
      }
      state.fetched = performance.now();
      state.busy = setTimeout(() => fetched(id), longest);
      htmx.trigger(part, 'news');
    }, Math.max(0, state.fetched + soonest - performance.now()));
  };

  const fetchAll = () => { for (const part of document.querySelectorAll('[data-live][id]')) fetchAgain(part.id); };

  const fetched = id => {
    const state = stateOf(id);
    clearTimeout(state.busy);
    state.busy = 0;
    if (!state.again) return;
    state.again = false;
    fetchAgain(id);
  };

  // Where the keyboard is and what has been unfolded stays so when parts are swapped. What has an id keeps the keyboard by itself.
  const main = document.querySelector('main');
  const nameOf = element => [element.tagName, element.getAttribute('href'), element.getAttribute('name'), element.getAttribute('value'), (element.querySelector('summary') ?? element).textContent].join('|');
  const keep = () => ({
    focus: main.contains(document.activeElement) ? nameOf(document.activeElement) : null,
    open: [...main.querySelectorAll('details[open]')].map(nameOf),
  });
  const giveBack = kept => {
    for (const details of main.querySelectorAll('details')) if (kept.open.includes(nameOf(details))) details.open = true;
    if (!kept.focus || document.activeElement !== document.body) return;
    [...main.querySelectorAll('a[href], button, summary, [tabindex]')].find(element => nameOf(element) === kept.focus)?.focus({ preventScroll: true });
  };
  const livePart = event => event.detail.requestConfig?.elt?.matches('[data-live][id]') ? event.detail.requestConfig.elt : null;
  addEventListener('htmx:beforeSwap', event => {
    const part = livePart(event);
    if (part) stateOf(part.id).kept = keep();
  });
  // What could not be fetched stays as it was, and that is said: what somebody reads may not be so any more.
  const problem = document.getElementById('live-problem');
  const old = new Map(); // since when the parts are that could not be fetched
  const retried = 5000; // ms until a part is fetched again that could not be
  const because = request => {
    if (!request.status) return 'The server does not answer.';
    const told = new DOMParser().parseFromString(request.responseText, 'text/html').querySelector('.problem [data-detail]')?.textContent.trim();
    return `The server answered with an error (${request.status})${told ? `: ${told}` : '.'}`;
  };
  const tellOld = why => {
    if (!problem) return;
    const since = Math.min(...old.values());
    const text = old.size === 0 ? '' : `${why} What is shown here may be out of date: it is as of ${new Date(since).toISOString().slice(11, 19)} UTC. It is tried again every ${retried / 1000} s; if this stays, look at what 'nines up' prints.`;
    if (problem.textContent !== text) problem.textContent = text;
  };
  addEventListener('htmx:afterRequest', event => {
    const part = livePart(event);
    if (!part) return;
    const state = stateOf(part.id);
    if (state.kept) giveBack(state.kept);
    state.kept = null;
    if (event.detail.successful) {
      state.fresh = Date.now();
      if (old.delete(part.id)) tellOld(problem?.textContent.split(' What is shown')[0]);
      return;
    }
    if (!old.has(part.id)) old.set(part.id, state.fresh ?? performance.timeOrigin);
    tellOld(because(event.detail.xhr));
    fetched(part.id);
    setTimeout(() => fetchAgain(part.id), retried);
  });
  // What was swapped in hears nothing before this.
  addEventListener('htmx:afterSettle', event => {
    const part = livePart(event);
    if (part) fetched(part.id);
  });

  const concerns = (part, news) => {
    const own = part.dataset.live.split(' ').filter(name => name);
    return own.length === 0 || news.components.length === 0 || news.components.some(name => own.includes(name));
  };

  const hear = message => {
    if (message.news) {
      for (const part of document.querySelectorAll('[data-live][id]')) if (concerns(part, message.news)) fetchAgain(part.id);
      return;
    }
    if (shown) {
      shown.textContent = words[message];
      shown.dataset.state = message;
    }
    isLive = message === 'live';
    // What came while nobody heard is not known: everything is fetched again.
    if (message === 'live' && wasLost) fetchAll();
    wasLost = message === 'lost';
  };

  const script = document.querySelector('script[data-live-worker]');
  if (script && window.SharedWorker && shown) {
    const live = new SharedWorker(script.dataset.liveWorker, { name: 'nines-live' });
    live.port.addEventListener('message', event => hear(event.data));
    live.port.start();
    live.port.postMessage({ after: script.dataset.position ? Number(script.dataset.position) : null });
    addEventListener('pagehide', () => live.port.postMessage('bye'));
    // A page that a browser had put aside as it was has let go of the stream.
    addEventListener('pageshow', event => { if (event.persisted) location.reload(); });
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
      const length = Number(part.dataset.ticks) + (performance.now() - seen.get(part)) / 1000;
      const text = spoken('ticksUp' in part.dataset ? Math.ceil(length) : length); // the longest is never said shorter than it is
      if (part.textContent !== text) part.textContent = text;
    }
  }, 1000);

  // Time to what is planned: data-due is its seconds as of when the page was made, data-every how far apart the next ones are.
  setInterval(() => {
    for (const part of document.querySelectorAll('[data-due]')) {
      if (!seen.has(part)) seen.set(part, performance.now());
      if (!isLive || document.hidden) continue;
      let left = Number(part.dataset.due) - (performance.now() - seen.get(part)) / 1000;
      const every = Number(part.dataset.every ?? 0);
      if (left < 0 && every > 0) left += Math.ceil(-left / every) * every;
      const text = left <= 0 ? 'now' : `in ${spoken(Math.max(1, Math.ceil(left)))}`;
      if (part.textContent !== text) part.textContent = text;
    }
  }, 1000);

  // What somebody has opened stays open when its part is fetched again.
  let opened = [];
  addEventListener('htmx:beforeSwap', () => { opened = [...document.querySelectorAll('details[open][id]')].map(one => one.id); });
  addEventListener('htmx:afterSettle', () => { for (const id of opened) document.getElementById(id)?.setAttribute('open', ''); });

  // What goes on costs more as it does, and no fact tells of that.
  setInterval(() => { if (isLive && !document.hidden && document.querySelector('[data-live] [data-ticks]')) fetchAll(); }, 5000);

  // A form is sent once, however often somebody clicks. The server would do it once too, but the browser would show the second answer.
  const resent = 10000; // ms after which it may be that the first got lost
  const sent = new WeakMap();
  addEventListener('submit', event => {
    if (event.defaultPrevented || event.target.method !== 'post') return;
    if (event.timeStamp - (sent.get(event.target) ?? -resent) < resent) event.preventDefault();
    else sent.set(event.target, event.timeStamp);
  });

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
