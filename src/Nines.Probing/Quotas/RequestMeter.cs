using Nines.Core.Components;
using NodaTime;

namespace Nines.Probing.Quotas;

/// <summary>
/// Counts what we ask of each host that somebody declares a quota for, from each vantage point, by the second: several probes of
/// one provider share its quota. And keeps, for each of them together, how long a provider wants to be left alone. Safe from several threads.
/// </summary>
public sealed class RequestMeter
{
    /// <summary>Longest window that can be counted, and longest wait that is kept.</summary>
    public static readonly Duration Longest = Duration.FromHours(1);

    /// <summary>The first wait where the provider names none; doubled at each refusal in a row.</summary>
    private static readonly Duration First = Duration.FromMinutes(1);

    private static readonly Duration Shortest = Duration.FromSeconds(1);

    private const int Seconds = 3600;

    private readonly Lock gate = new();
    private readonly Dictionary<(VantagePointId, string), Ring> rings = [];
    private readonly Dictionary<(VantagePointId, string), Rest> waits = [];

    /// <param name="Refusals">In a row.</param>
    private sealed record Rest(Instant Until, string Why, int Refusals);

    /// <param name="Counts">By second, modulo an hour.</param>
    private sealed record Ring(int[] Counts)
    {
        public long Second { get; set; } = long.MinValue / 2;
    }

    /// <summary>Somebody declares a quota for this host: from now on what is asked of it is counted, whoever asks.</summary>
    public void Declare(VantagePointId from, string host)
    {
        lock (gate) rings.TryAdd((from, host), new Ring(new int[Seconds]));
    }

    /// <param name="requests">As the provider counts: each call of a batch is one.</param>
    public void Count(VantagePointId from, string host, TimeProvider time, int requests = 1)
    {
        lock (gate)
        {
            // Thousands of hosts without a quota need no memory.
            if (rings.TryGetValue((from, host), out var ring)) ring.Counts[Advance(ring, time) % Seconds] += requests;
        }
    }

    /// <returns>Requests within the window that ends now; a second more than it, because seconds are not cut.</returns>
    public int Within(VantagePointId from, string host, Duration window, TimeProvider time)
    {
        lock (gate)
        {
            if (!rings.TryGetValue((from, host), out var ring)) return 0;
            var now = Advance(ring, time);
            var total = 0;
            for (var ago = 0; ago < Math.Min(Seconds, (int)Math.Ceiling(window.TotalSeconds) + 1) && ago <= now; ago++) total += ring.Counts[(now - ago) % Seconds];
            return total;
        }
    }

    /// <summary>Why a provider is to be left alone at <paramref name="now"/>; null when it may be asked.</summary>
    internal string? WaitingFor(VantagePointId from, string host, Instant now)
    {
        lock (gate) return waits.TryGetValue((from, host), out var wait) && now < wait.Until ? wait.Why : null;
    }

    /// <summary>A provider refused for the rate, and it was our fault: nobody of us asks it for a while.</summary>
    /// <param name="asked">What it asks for itself; null when it says nothing.</param>
    /// <param name="why">For the probe faults until then, given how long that is.</param>
    /// <returns>How long, and whether it is the first time since it last took what we ask.</returns>
    internal (Duration Wait, bool IsFirst) LeaveAlone(VantagePointId from, string host, Instant now, Duration? asked, Func<Duration, string> why)
    {
        lock (gate)
        {
            var before = waits.GetValueOrDefault((from, host));
            // Several of us may have been on their way when the first was refused: that is one refusal.
            if (before is not null && now < before.Until && asked is null) return (before.Until - now, false);
            var refusals = (before?.Refusals ?? 0) + 1;
            var doubled = 1 << Math.Min(refusals - 1, 12);
            // A provider that always asks for a second and then refuses again is not asked every second.
            var wait = asked is { } said ? Duration.Max(said, Shortest * doubled) : First * doubled;
            wait = Duration.Min(wait, Longest);
            waits[(from, host)] = new Rest(now + wait, why(wait), refusals);
            return (wait, before is null);
        }
    }

    /// <summary>A provider took what we asked.</summary>
    /// <returns>True when it had refused for the rate before.</returns>
    internal bool Took(VantagePointId from, string host, Instant now)
    {
        lock (gate)
        {
            // An answer to a question that was on its way when another was refused ends no wait.
            return waits.TryGetValue((from, host), out var wait) && now >= wait.Until && waits.Remove((from, host));
        }
    }

    private static long Advance(Ring ring, TimeProvider time)
    {
        var now = time.GetTimestamp() / time.TimestampFrequency;
        if (now - ring.Second >= Seconds) Array.Clear(ring.Counts);
        else for (var second = ring.Second + 1; second <= now; second++) ring.Counts[second % Seconds] = 0;
        ring.Second = Math.Max(ring.Second, now);
        return ring.Second;
    }
}
