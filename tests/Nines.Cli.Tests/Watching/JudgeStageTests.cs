using System.Collections.Immutable;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Cli.Watching;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Judging;
using Nines.Testing;
using NodaTime;

namespace Nines.Cli.Tests.Watching;

public sealed class JudgeStageTests
{
    private static readonly Instant Start = Instant.FromUtc(2026, 6, 1, 12, 0);
    private static readonly VantagePointId Here = new("here");

    private static Topology Many(int components) => new()
    {
        VantagePoints = [new VantagePoint { Id = Here, Region = "here" }],
        Components =
        [
            .. Enumerable.Range(0, components).Select(i => new Component
            {
                Id = new($"c{i}"),
                Kind = ComponentKind.Dapp,
                Probes =
                [
                    new ProbeDefinition
                    {
                        Id = new(new($"c{i}"), "http"), Type = "http", Every = Duration.FromSeconds(10), Timeout = Duration.FromSeconds(2),
                        Signals = SignalSchema.Of(), From = [Here], Options = new object(), Conditions = [],
                    },
                ],
            }),
        ],
    };

    private static Instant At(double second) => Start + Duration.FromSeconds(second);

    private static Observation[] All(Topology topology, double second, Outcome outcome) =>
        [.. topology.Components.Select(component => new Observation(component.Probes[0].Id, Here, At(second), At(second + 0.1), outcome, []))];

    private static readonly Outcome Good = new Outcome.Answered(Duration.FromSeconds(0.1)), Bad = new Outcome.Refused("connection_refused", "connection refused");

    private static JudgeStage Stage(Topology topology, IJournal journal) =>
        new(new Judge(topology, ImmutableDictionary<string, byte[]>.Empty, Start), journal, "run", Start, (_, _) => ValueTask.CompletedTask);

    [Fact]
    public async Task Fifty_thousand_slots_that_go_down_at_once_are_kept_in_one_append()
    {
        var folder = Directory.CreateTempSubdirectory("nines-stage-").FullName;
        try
        {
            await using var journal = await SqliteJournal.OpenAsync(folder, TimeProvider.System, cancellation: TestContext.Current.CancellationToken);
            var topology = Many(50_000);
            var stage = Stage(topology, journal);
            await stage.StepAsync(All(topology, 0, Good), At(1), cancellation: TestContext.Current.CancellationToken);
            await stage.StepAsync([.. All(topology, 10, Bad), .. All(topology, 11, Bad)], At(12), cancellation: TestContext.Current.CancellationToken);

            Assert.Equal(0, stage.FactsWaiting);
            var facts = (await journal.ReadAsync(JournalPosition.Start, int.MaxValue, TestContext.Current.CancellationToken)).Select(entry => entry.Fact).ToArray();
            Assert.Equal(50_000, facts.OfType<TimelineRevised>().Count(fact => fact.Segments.Any(segment => segment.Outage is not null)));
            Assert.Equal(2, journal.Statistics.Appends);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task What_is_over_the_journals_limits_goes_in_parts_each_fact_once_and_in_order()
    {
        await using var journal = new MemoryJournal();
        var topology = Many(3);
        var stage = Stage(topology, journal);
        await stage.StepAsync(All(topology, 0, Good), At(0.5), cancellation: TestContext.Current.CancellationToken);
        for (var i = 0; i < 100; i++) stage.Add(new WatchStopped(At(i), $"{i}"));
        for (var i = 0; i < 3; i++) journal.FailNextAppend(new JournalException(JournalErrors.LimitExceeded, "too large"));
        await stage.StepAsync([], At(1), cancellation: TestContext.Current.CancellationToken);

        var kept = (await journal.ReadAsync(JournalPosition.Start, 10_000, TestContext.Current.CancellationToken)).Select(entry => entry.Fact).OfType<WatchStopped>();
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), kept.Select(fact => fact.Run));
        Assert.Equal(0, stage.FactsWaiting);
        await stage.StepAsync([], At(3), cancellation: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_frontier_that_waits_for_hours_grows_no_larger_than_the_topology()
    {
        await using var journal = new MemoryJournal();
        var topology = Many(3);
        var stage = Stage(topology, journal);
        await stage.StepAsync(All(topology, 0, Good), At(1), cancellation: TestContext.Current.CancellationToken);
        for (var t = 15; t < 3_000; t += 15)
        {
            // Each time later than declared.
            journal.FailNextAppend(new JournalException(JournalErrors.DiskFull, "full"));
            await Assert.ThrowsAsync<JournalException>(() => stage.StepAsync(All(topology, t, Good), At(t + 1), last: true));
        }
        await stage.StepAsync([], At(3_000), last: true, TestContext.Current.CancellationToken);
        var entries = await journal.ReadAsync(JournalPosition.Start, 10_000, TestContext.Current.CancellationToken);
        var late = entries.Select(entry => entry.Fact).OfType<Watched>().Last().Late;
        Assert.Equal(3, late.Length);
        Assert.All(late, had => Assert.Equal(Duration.FromSeconds(19), had.Resolution));
    }

    [Fact]
    public async Task While_the_disk_is_full_what_waits_is_bounded_and_kept_whole_and_in_order_when_it_is_freed()
    {
        await using var journal = new MemoryJournal();
        var topology = Many(1_000);
        var stage = Stage(topology, journal);
        var t = 0;
        for (; !stage.IsFull; t += 15)
        {
            // All of them break and come back, again and again: as many facts as there can be.
            var outcome = t / 15 % 2 == 0 ? Good : Bad;
            journal.FailNextAppend(new JournalException(JournalErrors.DiskFull, "full"));
            await Assert.ThrowsAsync<JournalException>(() => stage.StepAsync([.. All(topology, t, outcome), .. All(topology, t + 1, outcome)], At(t + 2)));
        }
        var most = stage.FactsWaiting;
        Assert.InRange(most, 50_000, 60_000); // at most one batch over it
        await stage.StepAsync([], At(t), last: true, TestContext.Current.CancellationToken);
        Assert.Equal(0, stage.FactsWaiting);
        Assert.False(stage.IsFull);
        var entries = await journal.ReadAsync(JournalPosition.Start, 100_000, TestContext.Current.CancellationToken);
        Assert.InRange(entries.Count, most, most + 1); // and the frontier
        var changes = entries.Select(entry => entry.Fact).OfType<StateChanged>().Where(change => change.Probe.Component == new ComponentId("c7")).ToArray();
        Assert.True(changes.Length > 10);
        Assert.Equal(changes.Select(change => change.At).Order(), changes.Select(change => change.At));
        Assert.All(changes.Zip(changes.Skip(1)), pair => Assert.Equal(pair.First.After, pair.Second.Before));
    }
}
