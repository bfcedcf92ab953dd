using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Bench.Reports;

/// <summary>
/// What a year of watching leaves in the journal, the same every time: a <see cref="Watched"/> each minute, and outages of each component
/// at instants of its own, with the evidence and the revisions that a judge gives.
/// </summary>
/// <param name="Components">How many components.</param>
/// <param name="OutagesEach">Outages of each over the year; from 1 to 100.</param>
/// <param name="Minutes">How long the year is.</param>
internal sealed record YearOfMany(int Components, int OutagesEach, int Minutes)
{
    private static readonly VantagePointId Here = new("local");
    private static readonly string[] Reasons = ["connection refused", "status was 503, expected 200", "no answer within 5 s", "TLS handshake failed: connection reset"];

    public Instant Start { get; init; } = Instant.FromUtc(2025, 1, 1, 0, 0);

    public Instant End => Start + Duration.FromMinutes(Minutes);

    /// <returns>In order of time.</returns>
    public IEnumerable<Fact> Make()
    {
        var ids = Enumerable.Range(0, Components).Select(i => new ComponentId($"service-{i:0000}")).ToArray();
        yield return new ConfigLoaded(Start, new string('0', 64), "{}", "0.1.0", "2026a",
            [.. ids.Select(id => new ComponentSummary(id, ComponentKind.Dapp, ImmutableSortedDictionary<string, string>.Empty, [], ["local"], Duration.FromSeconds(35)))]);
        yield return new WatchStarted(Start, "run-1", "bench");
        foreach (var id in ids) yield return new TimelineRevised(Start, id, null, Start, [new Segment(Start, State.Up, State.Up, State.Up)]);

        var next = 0;
        var changes = Changes(ids).OrderBy(change => change.At).ToArray();
        for (var minute = 1; minute <= Minutes; minute++)
        {
            var until = Start + Duration.FromMinutes(minute);
            for (; next < changes.Length && changes[next].At <= until; next++)
                foreach (var fact in changes[next].Facts) yield return fact;
            yield return new Watched(until, "run-1", []);
        }
    }

    private IEnumerable<(Instant At, Fact[] Facts)> Changes(ComponentId[] ids)
    {
        var random = new Random(1);
        var spacing = Minutes * 60L / (OutagesEach + 1);
        foreach (var id in ids)
        {
            for (var number = 1; number <= OutagesEach; number++)
            {
                var down = Start + Duration.FromSeconds((spacing * number) - random.NextInt64(spacing / 2)) + Duration.FromMilliseconds(random.Next(1_000));
                var up = down + Duration.FromSeconds(random.Next(60, 1_800)) + Duration.FromMilliseconds(random.Next(1_000));
                var cause = new Cause(CauseKind.Technical, Reasons[random.Next(Reasons.Length)]);
                var (name, probe) = ($"{id}-{number}", new ProbeId(id, "http"));
                var (began, ended) = (new Bounds(down - Duration.FromSeconds(30), down), new Bounds(up - Duration.FromSeconds(1), up));
                Segment Out(Instant from, State best, State likely) => new(from, best, likely, State.Down) { Outage = name, Cause = cause };
                yield return (down,
                [
                    new StateChanged(down, probe, Here, State.Up, State.Down, began, cause, [Seen(began.Earliest, null), Seen(down, cause.Because), Seen(down + Duration.FromSeconds(1), cause.Because)]),
                    new TimelineRevised(down, id, null, began.Earliest,
                        [Out(began.Earliest, State.Up, State.Up), Out(began.Midpoint, State.Up, State.Down), Out(began.Latest, State.Down, State.Down)]),
                ]);
                yield return (up,
                [
                    new StateChanged(up, probe, Here, State.Down, State.Up, ended, null, [Seen(ended.Earliest, cause.Because), Seen(up, null)]),
                    new TimelineRevised(up, id, null, ended.Earliest,
                        [Out(ended.Earliest, State.Up, State.Down), Out(ended.Midpoint, State.Up, State.Up), new Segment(up, State.Up, State.Up, State.Up)]),
                ]);
            }
        }
    }

    private static Evidence Seen(Instant at, string? refused) =>
        new(at - Duration.FromMilliseconds(40), at, Here, refused is null ? "answered" : "refused", refused ?? "status 200, round_trip 40 ms");
}
