using System.Text.Json;
using System.Threading.Channels;
using NodaTime;

namespace Nines.Chains.JsonRpc;

/// <summary>What can be subscribed to on a link: how to ask for it and how to read what comes.</summary>
/// <param name="Subscribe">As on the wire: "eth_subscribe".</param>
/// <param name="Unsubscribe">As on the wire: "eth_unsubscribe".</param>
/// <param name="WriteParameters">Writes the items of the parameter array of the first.</param>
/// <param name="Read">Reads the "result" member of a notification; throws <see cref="FormatException"/> when it is not right.</param>
public sealed record RpcStream<T>(string Subscribe, string Unsubscribe, Action<Utf8JsonWriter> WriteParameters, Func<JsonElement, T> Read);

/// <summary>One notification.</summary>
/// <param name="At">When it was received, by our clock.</param>
/// <param name="Value">What it said; null when it is malformed.</param>
/// <param name="Malformed">Why it cannot be read; null when it can.</param>
public readonly record struct RpcNotification<T>(Instant At, T? Value, string? Malformed);

/// <summary>A subscription on a link. It ends with the link; there is no other on the next one until it is asked for.</summary>
public sealed class RpcSubscription<T> : RpcSubscription
{
    private readonly Channel<RpcNotification<T>> _items;
    private readonly Func<JsonElement, T> _read;
    private long _missed;

    internal RpcSubscription(string id, string rawId, RpcStream<T> stream, int buffered)
        : base(id, rawId, stream.Unsubscribe)
    {
        _read = stream.Read;
        var options = new BoundedChannelOptions(buffered) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true };
        _items = Channel.CreateBounded<RpcNotification<T>>(options, _ => Interlocked.Increment(ref _missed));
    }

    /// <summary>What came, in its order. Completes when the link ends or the subscription is given up.</summary>
    public ChannelReader<RpcNotification<T>> Items => _items.Reader;

    /// <summary>Notifications that were dropped because the reader was slower than they came.</summary>
    public override long Missed => Interlocked.Read(ref _missed);

    internal override void Take(JsonElement result, Instant at)
    {
        RpcNotification<T> item;
        try
        {
            item = new RpcNotification<T>(at, _read(result), null);
        }
        catch (Exception unreadable) when (unreadable is FormatException or InvalidOperationException)
        {
            // InvalidOperationException: System.Text.Json on half of a surrogate pair in a string
            item = new RpcNotification<T>(at, default, unreadable.Message);
        }

        _items.Writer.TryWrite(item);
    }

    internal override void End() => _items.Writer.TryComplete();
}

/// <summary>A subscription on a link, whatever it brings.</summary>
public abstract class RpcSubscription
{
    private protected RpcSubscription(string id, string rawId, string unsubscribe) => (Id, RawId, Unsubscribe) = (id, rawId, unsubscribe);

    /// <summary>As the server named it: a text, or the digits of a number.</summary>
    public string Id { get; }

    /// <summary>Notifications that were dropped because the reader was slower than they came.</summary>
    public abstract long Missed { get; }

    /// <summary>In JSON, as the server wrote it.</summary>
    internal string RawId { get; }

    internal string Unsubscribe { get; }

    internal abstract void Take(JsonElement result, Instant at);

    internal abstract void End();
}
