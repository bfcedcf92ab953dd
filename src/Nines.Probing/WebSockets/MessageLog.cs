using NodaTime;

namespace Nines.Probing.WebSockets;

/// <summary>What a stream brought, over all its connections. Written by the reader, read by the looks.</summary>
/// <param name="only">Only messages with these bytes count; null for all.</param>
internal sealed class MessageLog(bool keepText, byte[]? only = null) : StreamSink
{
    private readonly Lock gate = new();
    private readonly Hearing hearing = new();
    private byte[] last = [];
    private long lastBytes;
    private bool cut;
    private long count;

    /// <param name="Since">Since when the stream is silent; see <see cref="Hearing.Since"/>.</param>
    /// <param name="Count">Messages since the snapshot before.</param>
    /// <param name="LastBytes">Length of the last message; null before the first.</param>
    /// <param name="Last">Its bytes as far as they are kept.</param>
    /// <param name="Cut">Not all of it was kept.</param>
    public readonly record struct Snapshot(Instant? Since, long Count, long? LastBytes, byte[] Last, bool Cut);

    public override void Connected(Instant at)
    {
        lock (gate) hearing.Connected(at);
    }

    public override void Ended()
    {
        lock (gate) hearing.Ended();
    }

    public override void Deaf()
    {
        lock (gate) hearing.Deaf();
    }

    public override void Note(Instant at, ReadOnlySpan<byte> kept, long length)
    {
        if (only is not null && kept.IndexOf(only) < 0) return;
        lock (gate)
        {
            hearing.Heard(at);
            (lastBytes, cut) = (length, length > kept.Length);
            if (keepText) last = kept.ToArray();
            count++;
        }
    }

    public Snapshot Take()
    {
        lock (gate)
        {
            var snapshot = new Snapshot(hearing.Since, count, hearing.Last is null ? null : lastBytes, last, cut);
            count = 0;
            return snapshot;
        }
    }
}
