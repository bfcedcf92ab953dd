using NodaTime;

namespace Nines.Probing.WebSockets;

/// <summary>What a stream brought, over all its connections. Written by the reader, read by the looks.</summary>
internal sealed class MessageLog(bool keepText)
{
    private readonly Lock gate = new();
    private Instant? lastAt;
    private Instant? connectedFirst;
    private Instant? heardSince; // connected again after a time in which our own path may have been the deaf one
    private bool deaf;
    private byte[] last = [];
    private long lastBytes;
    private bool cut;
    private long count;

    /// <param name="Since">The last message; before the first, the first connection; null before that. Not before the end of a time in which we may have been deaf.</param>
    /// <param name="Count">Messages since the snapshot before.</param>
    /// <param name="LastBytes">Length of the last message; null before the first.</param>
    /// <param name="Last">Its bytes as far as they are kept.</param>
    /// <param name="Cut">Not all of it was kept.</param>
    public readonly record struct Snapshot(Instant? Since, long Count, long? LastBytes, byte[] Last, bool Cut);

    public void Connected(Instant at)
    {
        lock (gate)
        {
            connectedFirst ??= at;
            if (deaf) heardSince = at;
            deaf = false;
        }
    }

    /// <summary>A connection could not be had, and our own path could be to blame: what was sent meanwhile we could not have heard (TRUTH 7).</summary>
    public void Deaf()
    {
        lock (gate) deaf = true;
    }

    public void Note(Instant at, ReadOnlySpan<byte> kept, long length)
    {
        lock (gate)
        {
            (lastAt, lastBytes, cut) = (at, length, length > kept.Length);
            if (keepText) last = kept.ToArray();
            count++;
        }
    }

    public Snapshot Take()
    {
        lock (gate)
        {
            var since = lastAt ?? connectedFirst;
            if (heardSince > since) since = heardSince;
            var snapshot = new Snapshot(since, count, lastAt is null ? null : lastBytes, last, cut);
            count = 0;
            return snapshot;
        }
    }
}
