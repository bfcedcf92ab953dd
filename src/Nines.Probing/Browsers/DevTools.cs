using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nines.Probing.Browsers;

/// <summary>The browser refused a command, or is gone.</summary>
internal sealed class DevToolsException(string message) : IOException(message);

/// <summary>
/// The Chrome DevTools Protocol over a pair of pipes: JSON messages, each ended by a zero byte
/// (chromedevtools.github.io/devtools-protocol, <c>--remote-debugging-pipe</c>). No port is opened that others of the machine could use.
/// </summary>
internal sealed class DevTools : IDisposable
{
    /// <summary>Bytes of one message, at most: the page decides what it says of itself, and must not fill our memory with it.</summary>
    private const int LongestMessage = 16 << 20;

    private readonly Stream commands, answers;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> waiting = new();
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly Action<string, JsonElement> heard;
    private volatile Exception? broken;
    private int last;

    /// <param name="heard">Told of each event: its method and its parameters. Called from the reading thread, one at a time; must be quick.</param>
    public DevTools(Stream commands, Stream answers, Action<string, JsonElement> heard)
    {
        (this.commands, this.answers, this.heard) = (commands, answers, heard);
        _ = ReadAsync();
    }

    /// <param name="session">The page that is meant; null for the browser itself.</param>
    /// <exception cref="DevToolsException">The browser refused, or is gone.</exception>
    public async Task<JsonElement> CallAsync(string method, JsonObject? parameters, string? session, CancellationToken limit)
    {
        var id = Interlocked.Increment(ref last);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[id] = answer;
        try
        {
            var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
            if (session is not null) message["sessionId"] = session;
            await SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), limit).ConfigureAwait(false);
            if (broken is { } gone) throw new DevToolsException($"the browser is gone: {gone.Message}");
            var said = await answer.Task.WaitAsync(limit).ConfigureAwait(false);
            if (said.TryGetProperty("error", out var error)) throw new DevToolsException($"{method}: {(error.TryGetProperty("message", out var why) ? why.ToString() : "refused")}");
            return said.TryGetProperty("result", out var result) ? result : default;
        }
        finally
        {
            waiting.TryRemove(id, out _);
        }
    }

    public void Dispose()
    {
        commands.Dispose();
        answers.Dispose();
        writing.Dispose();
    }

    private async Task SendAsync(byte[] message, CancellationToken limit)
    {
        await writing.WaitAsync(limit).ConfigureAwait(false);
        try
        {
            await commands.WriteAsync(message, limit).ConfigureAwait(false);
            await commands.WriteAsync(new byte[] { 0 }, limit).ConfigureAwait(false);
            await commands.FlushAsync(limit).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw new DevToolsException("the browser is gone");
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        var message = new ArrayBufferWriter<byte>();
        var buffer = new byte[64 << 10];
        try
        {
            while (true)
            {
                var read = await answers.ReadAsync(buffer).ConfigureAwait(false);
                if (read == 0) throw new EndOfStreamException("it ended");
                for (var rest = buffer.AsMemory(0, read); !rest.IsEmpty;)
                {
                    var end = rest.Span.IndexOf((byte)0);
                    message.Write(rest.Span[..(end < 0 ? rest.Length : end)]);
                    if (message.WrittenCount > LongestMessage) throw new InvalidDataException("it sent a message that is too long");
                    if (end < 0) break;
                    Take(message.WrittenMemory);
                    message.ResetWrittenCount();
                    rest = rest[(end + 1)..];
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidDataException or JsonException or InvalidOperationException)
        {
            broken = e;
            foreach (var (_, answer) in waiting) answer.TrySetException(new DevToolsException($"the browser is gone: {e.Message}"));
        }
    }

    private void Take(ReadOnlyMemory<byte> message)
    {
        using var document = JsonDocument.Parse(message);
        var root = document.RootElement;
        if (root.TryGetProperty("id", out var id))
        {
            if (id.TryGetInt32(out var number) && waiting.TryGetValue(number, out var answer)) answer.TrySetResult(root.Clone());
            return;
        }
        if (root.TryGetProperty("method", out var method) && method.GetString() is { } name && root.TryGetProperty("params", out var parameters)) heard(name, parameters);
    }
}
