using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;

namespace Nines.Chains.Tests.JsonRpc;

/// <summary>The near end of a link whose far end is the test: what is sent is kept, what is to be received is put in.</summary>
internal sealed class ScriptedSocket : WebSocket
{
    private readonly Channel<byte[]> _sent = Channel.CreateBounded<byte[]>(10_000);
    private readonly Channel<byte[]?> _toReceive = Channel.CreateBounded<byte[]?>(20_000);
    private ReadOnlyMemory<byte> _rest;
    private int _given, _taken, _done;
    private WebSocketState _state = WebSocketState.Open;

    /// <summary>How many bytes one read gives at most.</summary>
    public int Fragment { get; init; } = int.MaxValue;

    public override WebSocketCloseStatus? CloseStatus => WebSocketCloseStatus.EndpointUnavailable;

    public override string? CloseStatusDescription => "going away";

    public override WebSocketState State => _state;

    public override string? SubProtocol => null;

    public async Task<string> NextSentAsync() => Encoding.UTF8.GetString(await _sent.Reader.ReadAsync(TestContext.Current.CancellationToken));

    public void Receive(string message) => Receive(Encoding.UTF8.GetBytes(message));

    public void Receive(byte[] message)
    {
        Interlocked.Increment(ref _given);
        Assert.True(_toReceive.Writer.TryWrite(message));
    }

    /// <summary>Until the near end is done with all that was put in: it asks for more.</summary>
    public async Task AllTakenAsync()
    {
        while (Volatile.Read(ref _done) < Volatile.Read(ref _given))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public void Break() => _toReceive.Writer.Complete(new WebSocketException("cut"));

    public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        Assert.True(_sent.Writer.TryWrite(buffer.ToArray()));
        return Task.CompletedTask;
    }

    public override async Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
    {
        if (_rest.IsEmpty)
        {
            try
            {
                Volatile.Write(ref _done, _taken);
                if (await _toReceive.Reader.ReadAsync(cancellationToken) is not { } message)
                {
                    return new WebSocketReceiveResult(0, WebSocketMessageType.Close, true);
                }

                _taken++;
                _rest = message;
            }
            catch (ChannelClosedException closed) when (closed.InnerException is { } why)
            {
                throw new WebSocketException(why.Message);
            }
        }

        var part = _rest[..Math.Min(_rest.Length, Math.Min(buffer.Count, Fragment))];
        part.CopyTo(buffer.AsMemory());
        _rest = _rest[part.Length..];
        return new WebSocketReceiveResult(part.Length, WebSocketMessageType.Text, _rest.IsEmpty);
    }

    /// <summary>The far end says goodbye.</summary>
    public void Close() => Assert.True(_toReceive.Writer.TryWrite(null));

    public override void Abort() => _state = WebSocketState.Aborted;

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
    {
        _state = WebSocketState.CloseSent;
        return Task.CompletedTask;
    }

    public override void Dispose()
    {
    }
}
