using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Nines.Core;
using Nines.Core.Time;
using NodaTime;

namespace Nines.Cli.Demo.Lab;

/// <summary>Follows the venue's book directly and remembers when the last message was sent and came, and the last that showed a gap: the truth about both.</summary>
internal sealed class BookListener : IAsyncDisposable
{
    private const int MostBytes = 1 << 16;

    private readonly ClientWebSocket socket = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly WatchClock clock;
    private readonly Lock gate = new();
    private Task listening = Task.CompletedTask;
    private Bounds? last, lastGap;
    private long? sequence;

    private BookListener(WatchClock clock)
    {
        this.clock = clock;
        socket.Options.Proxy = new WebProxy(); // none, whatever the environment says
    }

    public static async Task<BookListener> StartAsync(Uri stream, WatchClock clock, CancellationToken cancellation)
    {
        var listener = new BookListener(clock);
        await listener.socket.ConnectAsync(stream, cancellation);
        listener.listening = listener.ListenAsync();
        return listener;
    }

    /// <summary>The last message was sent and received within this; null before the first.</summary>
    public Bounds? Last
    {
        get
        {
            lock (gate) return last;
        }
    }

    /// <summary>The last message that did not follow the one before was sent and received within this; null while there was none.</summary>
    public Bounds? LastGap
    {
        get
        {
            lock (gate) return lastGap;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        socket.Dispose();
        stopping.Dispose();
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[MostBytes];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), stopping.Token);
                length += part.Count;
            }
            while (!part.EndOfMessage);
            var came = clock.Now;
            if (part.MessageType == WebSocketMessageType.Close) return;
            using var message = JsonDocument.Parse(buffer.AsMemory(0, length));
            var sent = Instant.FromUnixTimeMilliseconds(message.RootElement.GetProperty("time").GetInt64());
            Note(message.RootElement, new Bounds(Instant.Min(sent, came), came));
        }
    }

    private void Note(JsonElement message, Bounds when)
    {
        lock (gate)
        {
            last = when;
            if (!message.TryGetProperty("sequence", out var number)) return;
            var told = number.GetInt64();
            if (message.GetProperty("type").GetString() == "book" && sequence is { } before && told > before + 1) lastGap = when;
            sequence = told;
        }
    }
}
