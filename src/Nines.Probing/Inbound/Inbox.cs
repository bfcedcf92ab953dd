using System.Security.Cryptography;
using System.Text;
using Nines.Probing.Alerts;
using NodaTime;

namespace Nines.Probing.Inbound;

/// <summary>
/// Where what reports by itself is handed in: each passive probe registers its token and looks at what came. It knows nothing of HTTP;
/// whoever has the routes calls it. Only digests of tokens are kept. Safe for concurrent use.
/// </summary>
/// <param name="expected">So many probes register when the watch begins: until then no token can be called wrong.</param>
public sealed class Inbox(int expected)
{
    private readonly Lock gate = new();
    private readonly List<Letterbox> registered = [];
    private int everRegistered;

    /// <summary>False while Nines starts: then a caller is asked to come back, not told that its token is wrong.</summary>
    public bool IsReady => Volatile.Read(ref everRegistered) >= expected;

    /// <summary>Counts beats with this token from now on, until disposed.</summary>
    /// <param name="now">Says when a beat came.</param>
    public Beats RegisterBeats(string token, Func<Instant> now) => Register(new Beats(this, token, now));

    /// <summary>Notes a beat at all that have registered the token.</summary>
    /// <returns>False when nobody has.</returns>
    public bool Beat(string token)
    {
        var known = false;
        foreach (var beats in Find(token).OfType<Beats>())
        {
            beats.Note();
            known = true;
        }
        return known;
    }

    /// <summary>Takes alerts with this token from now on, until disposed.</summary>
    /// <param name="rules">Which of them concern the probe.</param>
    /// <param name="now">Says when a delivery came.</param>
    public AlertBook RegisterAlerts(string token, AlertRules rules, Func<Instant> now) => Register(new AlertBook(this, token, rules, now));

    /// <summary>Those who have registered the token for alerts; none when it is wrong. Asked before a body is read.</summary>
    public IReadOnlyList<AlertBook> FindAlertBooks(string token) => [.. Find(token).OfType<AlertBook>()];

    internal void Remove(Letterbox box)
    {
        lock (gate) registered.Remove(box);
    }

    private T Register<T>(T box) where T : Letterbox
    {
        lock (gate) registered.Add(box);
        Interlocked.Increment(ref everRegistered);
        return box;
    }

    /// <summary>Looks at every digest to the end, whichever matches, so that the time taken tells nothing about the tokens.</summary>
    private List<Letterbox> Find(string token)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(token), digest);
        var found = new List<Letterbox>();
        lock (gate)
            foreach (var box in registered)
                if (CryptographicOperations.FixedTimeEquals(box.Digest, digest))
                    found.Add(box);
        return found;
    }
}

/// <summary>What came with one token. Only the token's digest is kept.</summary>
public abstract class Letterbox : IDisposable
{
    private readonly Inbox owner;

    private protected Letterbox(Inbox owner, string token) => (this.owner, Digest) = (owner, SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    internal byte[] Digest { get; }

    /// <summary>Takes nothing more: the token is forgotten.</summary>
    public void Dispose() => owner.Remove(this);
}

/// <summary>The beats of one token.</summary>
public sealed class Beats : Letterbox
{
    private readonly Func<Instant> now;
    private long lastTicks = long.MinValue;

    internal Beats(Inbox owner, string token, Func<Instant> now) : base(owner, token) => this.now = now;

    /// <summary>When the last one came; null when none has since it was registered.</summary>
    public Instant? Last => Interlocked.Read(ref lastTicks) is var ticks && ticks == long.MinValue ? null : Instant.FromUnixTimeTicks(ticks);

    internal void Note() => Interlocked.Exchange(ref lastTicks, now().ToUnixTimeTicks());
}
