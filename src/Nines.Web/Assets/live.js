// One event stream for all tabs of a browser: HTTP/1.1 has six connections for all of them. Each tab gets what the stream tells, from
// where its page was made: what came while the page was on its way, or before the stream was there, is not lost.
const ports = new Set();
const most = 256; // news that are kept for tabs that come
const again = 10000; // ms until a stream is asked for again that was refused
const everything = { news: { kinds: [], components: [] } };
const kept = [];
let from = null; // everything after it was told, or is in kept
let last = null;
let state = null;
const tell = message => { for (const port of ports) port.postMessage(message); };
const become = now => tell((state = now));

const open = after => {
  become('connecting');
  const source = new EventSource(after === null ? '/api/v1/events' : `/api/v1/events?after=${after}`);
  source.addEventListener('open', () => become('live'));
  source.addEventListener('error', () => {
    become('lost');
    // A browser comes back by itself when a connection breaks, and not when it was refused.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => open(last), again);
  });
  source.addEventListener('reset', () => {
    [from, last] = [null, null];
    kept.length = 0;
    tell(everything);
  });
  source.addEventListener('news', event => {
    const news = JSON.parse(event.data);
    last = news.position;
    kept.push(news);
    if (kept.length > most) from = kept.shift().position;
    tell({ news });
  });
};

addEventListener('connect', event => {
  const port = event.ports[0];
  ports.add(port);
  port.addEventListener('message', message => {
    if (message.data === 'bye') {
      ports.delete(port);
      return;
    }
    const { after } = message.data;
    if (state === null) {
      [from, last] = [after, after];
      open(after);
      return;
    }
    port.postMessage(state);
    if (after === null || from === null || after < from) port.postMessage(everything);
    else for (const news of kept) if (news.position > after) port.postMessage({ news });
  });
  port.start();
});
