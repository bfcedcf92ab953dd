using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Nines.Chains.Evm.JsonRpc;
using NodaTime;

namespace Nines.Chains.JsonRpc;

/// <summary>
/// Asks one server by JSON-RPC over a WebSocket that the caller opened, and takes the notifications of its subscriptions. The caller gives
/// the path, headers and pings with the socket, and each question's time limit with a token. Nothing is retried, and a link that ended is
/// not opened again: the caller opens another and makes another client. For use by several threads at once.
/// </summary>
/// <remarks>
/// Source: JSON-RPC 2.0; Geth documentation, "Real-time events"; Solana's notifications have the same shape. Exceptions:
/// <see cref="IOException"/> when the link ends before the answer, <see cref="OperationCanceledException"/>.
/// </remarks>
public sealed class JsonRpcSocket : IAsyncDisposable
{
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1);

    private readonly WebSocket _socket;
    private readonly TimeProvider _time;
    private readonly JsonRpcSocketOptions _options;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly SocketQuestions _questions;
    private readonly SocketSubscriptions _subscriptions = new();
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    /// <param name="open">Connected; read and sent to by nobody else from now on, and disposed of with the client.</param>
    /// <param name="time">Labels notifications.</param>
    public JsonRpcSocket(WebSocket open, TimeProvider time, JsonRpcSocketOptions? options = null)
    {
        (_socket, _time, _options) = (open, time, options ?? new JsonRpcSocketOptions());
        _questions = new SocketQuestions(_options.MaxWaiting);
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Why the link ended, once it has. Never faults.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Messages that were no answer to a question that waits and no notification of a subscription.</summary>
    public long Strange => _questions.Strange + _subscriptions.Strange;

    public async Task<RpcAnswer<T>> SendAsync<T>(RpcCall<T> call, CancellationToken cancellation)
    {
        var answered = new TaskCompletionSource<RpcAnswer<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var group = _questions.Add(1, (_, answer) => answered.TrySetResult(answer.Then(call.Read)), why => answered.TrySetException(new IOException(why)));
        return await AskAsync(group, json => call.WriteRequest(json, group.FirstId), answered.Task, cancellation).ConfigureAwait(false);
    }

    /// <summary>All questions of a batch in one message. Whether a server takes batches on a link it says by its answer.</summary>
    public async Task<RpcBatchAnswers> SendAsync(RpcBatch batch, CancellationToken cancellation)
    {
        RpcSlot[] slots = [.. batch.Slots];
        if (slots.Length == 0)
        {
            return new RpcBatchAnswers(batch, [], requests: 0);
        }

        var answers = new object?[slots.Length];
        var left = slots.Length;
        var answered = new TaskCompletionSource<object[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var group = _questions.Add(
            slots.Length,
            (index, answer) =>
            {
                answers[index] = slots[index].Read(answer);
                if (--left == 0)
                {
                    answered.TrySetResult(answers!);
                }
            },
            why => answered.TrySetException(new IOException(why)));
        var read = await AskAsync(group, json => WriteBatch(json, slots, group.FirstId), answered.Task, cancellation).ConfigureAwait(false);
        return new RpcBatchAnswers(batch, read, requests: 1);
    }

    /// <summary>Subscribes. What comes right behind the answer is not lost.</summary>
    public async Task<RpcAnswer<RpcSubscription<T>>> SubscribeAsync<T>(RpcStream<T> stream, CancellationToken cancellation)
    {
        var call = new RpcCall<RpcSubscription<T>>(
            stream.Subscribe,
            stream.WriteParameters,
            result =>
            {
                // on the reader's thread, before it takes the next message
                var subscription = new RpcSubscription<T>(SocketSubscriptions.IdOf(result), result.GetRawText(), stream, _options.Buffered);
                _subscriptions.Add(subscription, Now());
                return subscription;
            });
        return await SendAsync(call, cancellation).ConfigureAwait(false);
    }

    /// <summary>Gives a subscription up: nothing more is taken of it, whatever the server answers.</summary>
    /// <returns>Whether the server knew it.</returns>
    public async Task<RpcAnswer<bool>> UnsubscribeAsync(RpcSubscription subscription, CancellationToken cancellation)
    {
        _subscriptions.Remove(subscription);
        var call = new RpcCall<bool>(
            subscription.Unsubscribe,
            json => json.WriteRawValue(subscription.RawId),
            result => result.ValueKind == JsonValueKind.True);
        return await SendAsync(call, cancellation).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await SayGoodbyeAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _socket.Dispose();
        _stopping.Dispose();
    }

    private static void WriteBatch(Utf8JsonWriter json, RpcSlot[] slots, long firstId)
    {
        json.WriteStartArray();
        foreach (var slot in slots)
        {
            slot.WriteRequest(json, firstId + slot.Index);
        }

        json.WriteEndArray();
    }

    private async Task<T> AskAsync<T>(SocketQuestions.Group group, Action<Utf8JsonWriter> write, Task<T> answer, CancellationToken cancellation)
    {
        var message = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(message))
        {
            write(json);
        }

        try
        {
            await _sending.WaitAsync(cancellation).ConfigureAwait(false);

            // a cancelled send would end the link for everybody: the wait ends, the send goes on
            var sent = SendAndReleaseAsync(message.WrittenMemory);
            if (await sent.WaitAsync(cancellation).ConfigureAwait(false) is { } failure)
            {
                throw new IOException(failure);
            }

            return await answer.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _questions.Remove(group);
        }
    }

    /// <returns>Why the message could not be sent; null when it was. Never faults.</returns>
    private async Task<string?> SendAndReleaseAsync(ReadOnlyMemory<byte> message)
    {
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, _stopping.Token).ConfigureAwait(false);
            return null;
        }
        catch (Exception broken) when (IsEnd(broken))
        {
            return $"the link ended: {broken.Message}";
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadAsync()
    {
        var why = "the link was given up";
        try
        {
            why = await ReadMessagesAsync().ConfigureAwait(false);
        }
        catch (Exception broken) when (IsEnd(broken))
        {
            why = _stopping.IsCancellationRequested ? why : $"the link broke: {broken.Message}";
        }
        finally
        {
            _socket.Abort();
            _questions.End(why);
            _subscriptions.End();
            _ended.TrySetResult(why);
        }
    }

    /// <returns>Why the link ended.</returns>
    private async Task<string> ReadMessagesAsync()
    {
        var buffer = new byte[Math.Min(16 << 10, _options.MaxMessageBytes + 1)];
        for (var length = 0; ;)
        {
            if (length == buffer.Length)
            {
                if (length > _options.MaxMessageBytes)
                {
                    return $"a message is longer than {_options.MaxMessageBytes} bytes";
                }

                Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, _options.MaxMessageBytes + 1L));
            }

            var received = await _socket.ReceiveAsync(buffer.AsMemory(length), _stopping.Token).ConfigureAwait(false);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return $"the server closed the link: {_socket.CloseStatus} {EvmJson.Clipped(_socket.CloseStatusDescription ?? "")}".TrimEnd();
            }

            length += received.Count;
            if (received.EndOfMessage && length <= _options.MaxMessageBytes)
            {
                Take(buffer.AsMemory(0, length));
                length = 0;
            }
        }
    }

    private void Take(ReadOnlyMemory<byte> message)
    {
        using var document = RpcResponse.Parse(message, out _);
        if (document is null || !_subscriptions.TryTake(document.RootElement, Now()))
        {
            _questions.Take(document?.RootElement);
        }
    }

    private Instant Now() => Instant.FromDateTimeOffset(_time.GetUtcNow());

    private static bool IsEnd(Exception exception) =>
        exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException;

    private async Task SayGoodbyeAsync()
    {
        using var expired = new CancellationTokenSource(Goodbye, _time);
        try
        {
            await _sending.WaitAsync(expired.Token).ConfigureAwait(false);
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, expired.Token).ConfigureAwait(false);
            }
        }
        catch (Exception broken) when (IsEnd(broken))
        {
            // It ended by itself meanwhile, or does not listen any more: it is given up either way.
        }
    }
}
