using System.Net;
using System.Net.Sockets;

namespace Nines.Web.Access;

/// <summary>
/// How often somebody may try to log in: by handle and address together, by address, and by handle. After the free attempts each one that fails doubles
/// the wait. An attempt that has to wait costs nothing and lengthens nothing, and an address from which the handle has logged in before is not held
/// back by what strangers do: nobody can lock somebody else out. Memory is bounded. Safe for concurrent use.
/// </summary>
internal sealed class LogInLimits(TimeProvider time)
{
    private const int MostEntries = 20_000, MostKnown = 10_000;

    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromHours(1);

    // A handle's own limit is short: it only has to make guessing from many addresses slow.
    private static readonly Limit Pair = new(5, TimeSpan.FromMinutes(15)), Address = new(20, TimeSpan.FromMinutes(5)), Handle = new(20, TimeSpan.FromSeconds(10));

    private readonly Lock gate = new();
    private readonly Dictionary<string, Attempts> failed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> known = new(StringComparer.Ordinal);

    private sealed record Limit(int Free, TimeSpan Longest);

    private readonly record struct Attempts(int Failed, long Last, TimeSpan Wait);

    /// <summary>An attempt is counted as failed until <see cref="Succeeded"/> says otherwise: many at once are not tried for the price of one.</summary>
    /// <returns>How long to wait first (the attempt is not to be made); null to go on. Whether this attempt is the one with which a limit begins to hold.</returns>
    public (TimeSpan? Wait, bool Begins) Begin(string handle, IPAddress? address)
    {
        var from = Prefix(address);
        lock (gate)
        {
            var all = LimitsOf(handle, from);
            var wait = all.Max(one => Left(one.Key));
            if (wait > TimeSpan.Zero) return (wait, false);
            var begins = false;
            foreach (var (key, limit) in all) begins |= Count(key, limit);
            return (null, begins);
        }
    }

    /// <summary>An attempt that began was not made after all, for too many others wait: it counts as little as one that had to wait.</summary>
    public void NotMade(string handle, IPAddress? address)
    {
        var from = Prefix(address);
        lock (gate)
        {
            foreach (var (key, limit) in LimitsOf(handle, from))
                if (failed.TryGetValue(key, out var attempts))
                {
                    if (attempts.Failed == 1) failed.Remove(key);
                    else failed[key] = attempts with { Failed = attempts.Failed - 1, Wait = WaitAfter(attempts.Failed - 1, limit) };
                }
        }
    }

    public void Succeeded(string handle, IPAddress? address)
    {
        var from = Prefix(address);
        lock (gate)
        {
            failed.Remove(PairKey(handle, from));
            foreach (var key in (string[])[$"a {from}", $"h {handle}"])
                if (failed.TryGetValue(key, out var attempts)) failed[key] = attempts with { Failed = Math.Max(0, attempts.Failed - 1), Wait = TimeSpan.Zero };
            if (known.Count >= MostKnown && known.Count > 0) known.Remove(known.MinBy(one => one.Value).Key);
            known[PairKey(handle, from)] = time.GetTimestamp();
        }
    }

    internal int Entries
    {
        get
        {
            lock (gate) return failed.Count;
        }
    }

    private TimeSpan Left(string key)
    {
        if (!failed.TryGetValue(key, out var attempts)) return TimeSpan.Zero;
        var past = time.GetElapsedTime(attempts.Last);
        if (past >= ForgottenAfter)
        {
            failed.Remove(key);
            return TimeSpan.Zero;
        }
        return attempts.Wait > past ? attempts.Wait - past : TimeSpan.Zero;
    }

    private bool Count(string key, Limit limit)
    {
        var failures = failed.TryGetValue(key, out var before) ? before.Failed + 1 : 1;
        if (before == default && failed.Count >= MostEntries) MakeRoom();
        var over = failures - limit.Free;
        failed[key] = new Attempts(Math.Min(failures, 1_000), time.GetTimestamp(), WaitAfter(failures, limit));
        return over == 0;
    }

    private static TimeSpan WaitAfter(int failures, Limit limit) =>
        failures < limit.Free ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(limit.Longest.TotalSeconds, Math.Pow(2, Math.Min(failures - limit.Free, 20))));

    private (string Key, Limit Limit)[] LimitsOf(string handle, string from) => known.ContainsKey(PairKey(handle, from))
        ? [(PairKey(handle, from), Pair), ($"a {from}", Address)]
        : [(PairKey(handle, from), Pair), ($"a {from}", Address), ($"h {handle}", Handle)];

    /// <summary>What counts least goes first: of the fewest failures the oldest, a tenth at once.</summary>
    private void MakeRoom()
    {
        foreach (var key in failed.OrderBy(one => one.Value.Failed).ThenBy(one => one.Value.Last).Take(MostEntries / 10).Select(one => one.Key).ToArray()) failed.Remove(key);
    }

    private static string PairKey(string handle, string from) => $"p {handle} {from}";

    /// <summary>IPv6 by its first 64 bits: that is what one subscriber has.</summary>
    private static string Prefix(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }
}
