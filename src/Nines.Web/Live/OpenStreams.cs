namespace Nines.Web.Live;

/// <summary>How many event streams are open, of all and of each caller; there is a limit to both. Safe for concurrent use.</summary>
/// <param name="most">Of all callers together.</param>
/// <param name="mostOfOne">Of one caller.</param>
public sealed class OpenStreams(int most, int mostOfOne)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private int open;

    public int Count
    {
        get { lock (gate) return open; }
    }

    /// <param name="who">Tells callers apart: a handle, or the address of one who is not logged in.</param>
    /// <returns>Open until it is disposed of; null when there is no room.</returns>
    internal IDisposable? TryOpen(string who)
    {
        lock (gate)
        {
            var own = counts.GetValueOrDefault(who);
            if (open >= most || own >= mostOfOne) return null;
            counts[who] = own + 1;
            open++;
            return new Stream(this, who);
        }
    }

    private void Close(string who)
    {
        lock (gate)
        {
            open--;
            if (counts[who] == 1) counts.Remove(who);
            else counts[who]--;
        }
    }

    private sealed class Stream(OpenStreams streams, string who) : IDisposable
    {
        private bool closed;

        public void Dispose()
        {
            if (!closed) streams.Close(who);
            closed = true;
        }
    }
}
