using Nines.Web.Access;

namespace Nines.Web.Live;

/// <summary>
/// Event streams that are open: how many there may be, and whose they are. Whoever takes a role or a token away ends the streams that were
/// opened by it. Safe for concurrent use.
/// </summary>
/// <param name="most">Of all callers together.</param>
/// <param name="mostOfOne">Of one caller.</param>
public sealed class OpenStreams(int most, int mostOfOne)
{
    private readonly Lock gate = new();
    private readonly HashSet<Stream> open = [];
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);

    public int Count
    {
        get { lock (gate) return open.Count; }
    }

    /// <summary>Ends the streams of whom it is true of, at once.</summary>
    public void End(Func<Caller, bool> whose)
    {
        List<Stream> ending;
        lock (gate) ending = [.. open.Where(stream => whose(stream.Caller))];
        foreach (var stream in ending) stream.End();
    }

    /// <param name="who">Tells callers apart: a handle, or the address of one who is not logged in.</param>
    /// <returns>Null when there is no room.</returns>
    internal Stream? TryOpen(Caller caller, string who)
    {
        lock (gate)
        {
            var own = counts.GetValueOrDefault(who);
            if (open.Count >= most || own >= mostOfOne) return null;
            counts[who] = own + 1;
            var stream = new Stream(this, caller, who);
            open.Add(stream);
            return stream;
        }
    }

    private void Close(Stream stream)
    {
        lock (gate)
        {
            if (!open.Remove(stream)) return;
            if (counts[stream.Who] == 1) counts.Remove(stream.Who);
            else counts[stream.Who]--;
        }
    }

    /// <summary>One that is open until it is disposed of.</summary>
    internal sealed class Stream(OpenStreams streams, Caller caller, string who) : IDisposable
    {
        private readonly CancellationTokenSource ending = new();

        public Caller Caller { get; } = caller;
        public string Who { get; } = who;

        /// <summary>Set when its caller may not listen any more.</summary>
        public CancellationToken Ended => ending.Token;

        public void End() => ending.Cancel();

        public void Dispose() => streams.Close(this);
    }
}
