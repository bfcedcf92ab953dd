using NodaTime;

namespace Nines.Probing.WebSockets;

/// <summary>Takes what a held stream brings, over all its connections. Called from the connection's reader, one call at a time.</summary>
internal abstract class StreamSink
{
    /// <summary>A connection stands and has subscribed.</summary>
    public abstract void Connected(Instant at);

    /// <summary>It has ended, for whatever reason.</summary>
    public abstract void Ended();

    /// <summary>A connection could not be had, and our own path could be to blame: what was sent meanwhile we could not have heard (TRUTH 7).</summary>
    public abstract void Deaf();

    /// <param name="kept">The message's bytes, as far as they are kept.</param>
    /// <param name="length">Its whole length.</param>
    public abstract void Note(Instant at, ReadOnlySpan<byte> kept, long length);
}

/// <summary>Since when a stream can be called silent. Not safe from several threads.</summary>
internal sealed class Hearing
{
    private Instant? last;
    private Instant? connectedFirst;
    private Instant? heardSince; // connected again after a time in which something may have been said that we could not hear
    private bool deaf;
    private bool spoke;          // this connection has brought something

    /// <summary>When the last message came; null before the first.</summary>
    public Instant? Last => last;

    /// <summary>The last message; before the first, the first connection; null before that. Not before the end of a time in which we may have been deaf.</summary>
    public Instant? Since
    {
        get
        {
            var since = last ?? connectedFirst;
            return heardSince > since ? heardSince : since;
        }
    }

    public void Connected(Instant at)
    {
        connectedFirst ??= at;
        if (deaf) heardSince = at;
        (deaf, spoke) = (false, false);
    }

    /// <summary>
    /// A connection that spoke and broke may have been about to speak, however soon there was another: that is no silence. One that never
    /// said a word was silent, or a stream that is only ever disconnected would never be called so.
    /// </summary>
    public void Ended() => deaf |= spoke;

    public void Deaf() => deaf = true;

    public void Heard(Instant at) => (last, spoke) = (at, true);
}
