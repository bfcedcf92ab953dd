using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Backbone.Tests;

/// <summary>Facts and appends as tests need them.</summary>
internal static class Sample
{
    public static readonly Instant Start = Instant.FromUtc(2026, 3, 1, 12, 0);

    public static Fact Fact(int i) => new WatchStopped(Start + Duration.FromSeconds(i), $"run-{i}");

    public static string RunOf(JournalEntry entry) => Assert.IsType<WatchStopped>(entry.Fact).Run;

    public static Append Append(string stream, string key, int facts = 1, long? expected = null, params Snapshot[] snapshots) =>
        new(stream, key, [.. Enumerable.Range(0, facts).Select(i => (Fact)new WatchStopped(Start + Duration.FromSeconds(i), $"{stream}:{key}:{i}"))])
        {
            ExpectedVersion = expected,
            Snapshots = snapshots,
        };

    /// <summary>A fact of usual size: a timeline of three segments.</summary>
    public static Fact Revision(int i)
    {
        var at = Start + Duration.FromSeconds(i * 7L);
        var cause = new Cause(CauseKind.Technical, "refused: connection_refused (the port is closed)");
        return new TimelineRevised(at, new ComponentId($"shop-api-{i % 20}"), i % 3 == 0 ? null : "eu-west", at - Duration.FromSeconds(40),
            [new Segment(at - Duration.FromSeconds(40), State.Up, State.Up, State.Down) { Outage = $"shop-api-{i}" },
             new Segment(at - Duration.FromSeconds(20), State.Down, State.Down, State.Down) { Cause = cause, Outage = $"shop-api-{i}" },
             new Segment(at, State.Up, State.Up, State.Up)]);
    }

    public static Fact Watched(int i) => new Watched(Start + Duration.FromMinutes(i), "run-1", ImmutableArray<ResolutionHad>.Empty);
}
