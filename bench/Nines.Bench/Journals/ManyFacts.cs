using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Bench.Journals;

/// <summary>
/// A long history, the same every time: 200 components have outages in turn; of eight facts four are Watched, two StateChanged
/// (with evidence) and two TimelineRevised.
/// </summary>
internal static class ManyFacts
{
    public const int Components = 200;
    private static readonly Instant Start = Instant.FromUtc(2025, 1, 1, 0, 0);
    private static readonly VantagePointId Here = new("local");
    private static readonly Cause Cause = new(CauseKind.Technical, "connection refused");

    /// <returns>In order of time; <paramref name="count"/> is at least 2.</returns>
    public static IEnumerable<Fact> Make(int count)
    {
        var ids = Enumerable.Range(0, Components).Select(i => new ComponentId($"service-{i:000}")).ToArray();
        yield return new ConfigLoaded(Start, new string('0', 64), "{}", "0.1.0", "2026a",
            [.. ids.Select(id => new ComponentSummary(id, ComponentKind.Dapp, ImmutableSortedDictionary<string, string>.Empty, [], ["local"], Duration.FromSeconds(35)))]);
        yield return new WatchStarted(Start, "run-1", "bench");

        var made = 2;
        for (var outage = 0; made < count; outage++)
        {
            var down = Start + Duration.FromSeconds(240L * (outage + 1));
            foreach (var fact in Around(ids[outage % Components], outage / Components, down))
            {
                if (made++ == count) yield break;
                yield return fact;
            }
        }
    }

    private static IEnumerable<Fact> Around(ComponentId id, int number, Instant down)
    {
        var up = down + Duration.FromSeconds(90);
        var (began, ended) = (new Bounds(down - Duration.FromSeconds(30), down), new Bounds(up - Duration.FromSeconds(1), up));
        var probe = new ProbeId(id, "http");
        var name = $"{id}-{number + 1}";

        yield return Watched(down - Duration.FromSeconds(60));
        yield return new StateChanged(down, probe, Here, State.Up, State.Down, began, Cause, [Seen(down - Duration.FromSeconds(30), true), Seen(down, false), Seen(down + Duration.FromSeconds(1), false)]);
        yield return new TimelineRevised(down, id, null, began.Earliest,
            [Out(began.Earliest, State.Up, State.Up), Out(began.Midpoint, State.Up, State.Down), Out(began.Latest, State.Down, State.Down)]);
        yield return Watched(down);
        yield return Watched(down + Duration.FromSeconds(60));
        yield return new StateChanged(up, probe, Here, State.Down, State.Up, ended, null, [Seen(ended.Earliest, false), Seen(up, true)]);
        yield return new TimelineRevised(up, id, null, ended.Earliest,
            [Out(ended.Earliest, State.Up, State.Down), Out(ended.Midpoint, State.Up, State.Up), new Segment(up, State.Up, State.Up, State.Up)]);
        yield return Watched(down + Duration.FromSeconds(120));

        Segment Out(Instant from, State best, State likely) => new(from, best, likely, State.Down) { Outage = name, Cause = Cause };
    }

    public static Watched Watched(Instant until) => new(until, "run-1", []);

    private static Evidence Seen(Instant at, bool good) =>
        new(at - Duration.FromMilliseconds(40), at, Here, good ? "answered" : "refused", good ? "status 200, round_trip 40 ms" : "connection refused");
}
