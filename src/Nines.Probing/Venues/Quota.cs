using System.ComponentModel;
using System.Globalization;
using Nines.Core.Components;
using Nines.Core.Time;
using NodaTime;

namespace Nines.Probing.Venues;

/// <summary>How many requests a target says that it takes from us in a window: <c>1200/1m</c>.</summary>
/// <param name="Requests">1 to 1,000,000.</param>
/// <param name="Window">1 s to 1 h.</param>
[Description("Write requests and their window, for example 1200/1m.")]
public readonly record struct Quota(int Requests, Duration Window)
{
    public static bool TryParse(string text, out Quota quota)
    {
        quota = default;
        if (text.Split('/') is not [var requests, var window]) return false;
        if (!int.TryParse(requests, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > 1_000_000) return false;
        if (!DurationText.TryParse(window, out var length, out _) || length < Duration.FromSeconds(1) || length > RequestMeter.Longest) return false;
        quota = new Quota(count, length);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Requests}/{DurationText.Print(Window)}");
}

/// <summary>
/// Counts what we ask of each host from each vantage point, by the second: several probes of one venue share its quota.
/// Safe from several threads.
/// </summary>
public sealed class RequestMeter
{
    /// <summary>Longest window that can be counted.</summary>
    public static readonly Duration Longest = Duration.FromHours(1);

    private const int Seconds = 3600;

    private readonly Lock gate = new();
    private readonly Dictionary<(VantagePointId, string), Ring> rings = [];

    /// <param name="Counts">By second, modulo an hour.</param>
    private sealed record Ring(int[] Counts)
    {
        public long Second { get; set; } = long.MinValue / 2;
    }

    public void Count(VantagePointId from, string host, TimeProvider time)
    {
        lock (gate)
        {
            if (!rings.TryGetValue((from, host), out var ring))
            {
                // Hosts come and go with the config; one that nothing was asked of for an hour has nothing to count.
                var now = time.GetTimestamp() / time.TimestampFrequency;
                foreach (var idle in rings.Where(known => now - known.Value.Second >= Seconds).Select(known => known.Key).ToArray()) rings.Remove(idle);
                rings[(from, host)] = ring = new Ring(new int[Seconds]);
            }
            ring.Counts[Advance(ring, time) % Seconds]++;
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

    private static long Advance(Ring ring, TimeProvider time)
    {
        var now = time.GetTimestamp() / time.TimestampFrequency;
        if (now - ring.Second >= Seconds) Array.Clear(ring.Counts);
        else for (var second = ring.Second + 1; second <= now; second++) ring.Counts[second % Seconds] = 0;
        ring.Second = Math.Max(ring.Second, now);
        return ring.Second;
    }
}
