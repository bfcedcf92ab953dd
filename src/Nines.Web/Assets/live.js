// One event stream for all tabs of a browser: HTTP/1.1 has six connections for all of them. Each tab gets what the stream tells.
const ports = new Set();
let state = 'connecting';
const tell = message => { for (const port of ports) port.postMessage(message); };

const source = new EventSource('/api/v1/events');
source.addEventListener('open', () => tell((state = 'live')));
source.addEventListener('error', () => tell((state = 'lost')));
source.addEventListener('reset', () => tell({ news: { kinds: [], components: [] } }));
source.addEventListener('news', event => tell({ news: JSON.parse(event.data) }));

addEventListener('connect', event => {
  const port = event.ports[0];
  ports.add(port);
  port.addEventListener('message', message => { if (message.data === 'bye') ports.delete(port); });
  port.start();
  port.postMessage(state);
});
