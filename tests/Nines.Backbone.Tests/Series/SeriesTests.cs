using System.Collections.Immutable;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Backbone.Series;
using Nines.Core.Components;
using Nines.Core.Observations;
using NodaTime;

namespace Nines.Backbone.Tests.Series;

public sealed class SeriesTests : IDisposable
{
    private static readonly ProbeId Probe = new(new ComponentId("shop-api"), "http");
    private static readonly VantagePointId From = new("frankfurt");
    private static readonly Duration Minute = Duration.FromMinutes(1);
    private static readonly SignalSchema Schema = SignalSchema.Of(
        new SignalDefinition("round_trip", SignalUnit.Seconds, ""), new SignalDefinition("head_lag", SignalUnit.Blocks, ""),
        new SignalDefinition("body", SignalUnit.Text, ""), new SignalDefinition("paused", SignalUnit.Flag, ""));

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static SeriesKey Key(string signal) => new(Probe.Component, Probe.Name, From, signal);

    private static Observation Seen(Instant ended, Outcome outcome, params SignalValue[] signals) =>
        new(Probe, From, ended - Duration.FromMilliseconds(80), ended, outcome, [.. signals]);

    private static Observation Answered(Instant ended, double seconds, double lag = 0) =>
        Seen(ended, new Outcome.Answered(Duration.FromTicks(seconds * NodaConstants.TicksPerSecond)), SignalValue.Of(seconds), SignalValue.Of(lag), SignalValue.Of("ok"), SignalValue.Of(false));

    [Fact]
    public async Task Outcomes_are_counted_round_trips_and_numeric_signals_are_summed_by_the_minute_in_which_they_ended()
    {
        await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System);
        var writer = new SeriesWriter(journal);
        var reader = new SeriesReader(journal);
        for (var i = 0; i < 120; i++) Assert.True(writer.RecordObservation(Answered(Sample.Start + Duration.FromSeconds(i), 0.1 + i / 1000.0, i), Schema));
        writer.RecordObservation(Seen(Sample.Start, new Outcome.Refused("reset", "")), Schema);
        writer.RecordObservation(Seen(Sample.Start, new Outcome.TimedOut(Duration.FromSeconds(1), "connect")), Schema);
        writer.RecordObservation(Seen(Sample.Start, new Outcome.ProbeFault("no descriptor")), Schema);
        Assert.Equal(4 + 3, await writer.FlushAsync(Sample.Start + Minute));
        Assert.Equal(1, writer.Open);
        Assert.Single(await reader.ReadAsync(Key("round_trip"), Sample.Start, Sample.Start + Minute * 5, Minute));
        Assert.Equal(4, await writer.FlushAllAsync());

        var trips = await reader.ReadAsync(Key(SeriesSignals.RoundTrip), Sample.Start, Sample.Start + Minute * 5, Minute);
        Assert.Equal([Sample.Start, Sample.Start + Minute], trips.Select(bucket => bucket.From));
        Assert.All(trips, bucket => Assert.Equal((60L, Minute), (bucket.Count, bucket.Width)));
        Assert.Equal((0.1, 0.159), (trips[0].Min, trips[0].Max), Near);
        Assert.Equal(Enumerable.Range(0, 60).Sum(i => 0.1 + i / 1000.0), trips[0].Sum, 9);
        Assert.InRange(trips[0].Quantile(0.5), 0.129 * 0.99, 0.129 * 1.01);
        foreach (var (signal, count) in new[] { (SeriesSignals.Answered, 60L), (SeriesSignals.Refused, 1), (SeriesSignals.TimedOut, 1), (SeriesSignals.ProbeFault, 1) })
        {
            var outcome = Assert.Single(await reader.ReadAsync(Key(signal), Sample.Start, Sample.Start + Minute, Minute));
            Assert.Equal(count, outcome.Count);
            Assert.True(double.IsNaN(outcome.Quantile(0.5)));
        }
        Assert.Equal(["head_lag", "outcome.answered", "outcome.probe_fault", "outcome.refused", "outcome.timed_out", "paused", "round_trip"],
            (await reader.KeysAsync(Probe.Component)).Select(key => key.Signal));

        static bool Near((double A, double B) left, (double A, double B) right) => Math.Abs(left.A - right.A) + Math.Abs(left.B - right.B) < 1e-9;
    }

    [Fact]
    public async Task Minutes_merge_to_coarser_buckets_with_the_same_count_bounds_and_quantiles_as_their_values()
    {
        await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System);
        var writer = new SeriesWriter(journal);
        var random = new Random(5);
        var values = Enumerable.Range(0, 3_600).Select(_ => Math.Exp(random.NextDouble() * 6 - 4)).ToList();
        for (var i = 0; i < values.Count; i++) writer.RecordObservation(Answered(Sample.Start + Duration.FromSeconds(i), 0.1, values[i]), Schema);
        await writer.FlushAllAsync();
        await using var beside = await SqliteJournal.OpenReadOnlyAsync(folder.Path, TimeProvider.System);
        var hour = Assert.Single(await new SeriesReader(beside).ReadAsync(Key("head_lag"), Sample.Start, Sample.Start + Duration.FromHours(1), Duration.FromHours(1)));
        Assert.Equal((3_600L, values.Min(), values.Max()), (hour.Count, hour.Min, hour.Max));
        values.Sort();
        foreach (var q in new[] { 0, 0.5, 0.95, 0.99, 1 })
            Assert.InRange(hour.Quantile(q), values[(int)Math.Floor(q * 3_599)] * 0.99, values[(int)Math.Floor(q * 3_599)] * 1.01);
        Assert.Equal([20L, 20, 20], (await new SeriesReader(beside).ReadAsync(Key("head_lag"), Sample.Start, Sample.Start + Duration.FromHours(1), Duration.FromMinutes(20))).Select(b => b.Count / 60));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => new SeriesReader(beside).ReadAsync(Key("x"), Sample.Start, Sample.Start, Duration.FromSeconds(90)));
    }

    [Fact]
    public async Task Late_values_and_those_of_a_later_run_are_added_to_the_minute_that_is_written_already()
    {
        for (var run = 0; run < 3; run++)
        {
            await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System);
            var writer = new SeriesWriter(journal);
            writer.RecordObservation(Answered(Sample.Start, 1 + run), Schema);
            await writer.FlushAllAsync();
        }
        await using var reader = await SqliteJournal.OpenReadOnlyAsync(folder.Path, TimeProvider.System);
        var bucket = Assert.Single(await new SeriesReader(reader).ReadAsync(Key("round_trip"), Sample.Start, Sample.Start + Minute, Minute));
        Assert.Equal((3L, 1.0, 3.0, 6.0), (bucket.Count, bucket.Min, bucket.Max, bucket.Sum));
        Assert.Equal(3, bucket.Sketch.Count);
    }

    [Fact]
    public async Task A_flush_that_fails_keeps_its_minutes_for_the_next_one()
    {
        var fail = true;
        var options = new SqliteJournalOptions { BeforeCommit = () => { if (fail) throw new InvalidOperationException("ordered"); } };
        await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System, options);
        var writer = new SeriesWriter(journal, mostOpen: 2);
        writer.RecordObservation(Answered(Sample.Start, 1), Schema);
        await Assert.ThrowsAsync<JournalException>(() => writer.FlushAllAsync());
        Assert.True(writer.RecordObservation(Answered(Sample.Start, 3), Schema));
        Assert.False(writer.RecordObservation(Answered(Sample.Start + Minute, 9), Schema));
        Assert.Equal((1L, 2), (writer.NotRecorded, writer.Open));
        fail = false;
        await writer.FlushAllAsync();
        Assert.Equal(0, writer.Open);
        var bucket = Assert.Single(await new SeriesReader(journal).ReadAsync(Key("round_trip"), Sample.Start, Sample.Start + Minute * 9, Minute));
        Assert.Equal((2L, 4.0), (bucket.Count, bucket.Sum));
    }

    [Fact]
    public async Task A_reload_with_other_signals_in_mid_minute_loses_nothing()
    {
        await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System);
        var writer = new SeriesWriter(journal);
        writer.RecordObservation(Answered(Sample.Start, 1, lag: 4), Schema);
        var other = SignalSchema.Of(new SignalDefinition("peers", SignalUnit.None, ""));
        writer.RecordObservation(Seen(Sample.Start, new Outcome.Answered(Duration.FromSeconds(2)), SignalValue.Of(8.0)), other);
        await writer.FlushAllAsync();
        var reader = new SeriesReader(journal);
        Assert.Equal(2, (await reader.ReadAsync(Key("round_trip"), Sample.Start, Sample.Start + Minute, Minute))[0].Count);
        Assert.Equal(4, (await reader.ReadAsync(Key("head_lag"), Sample.Start, Sample.Start + Minute, Minute))[0].Sum);
        Assert.Equal(8, (await reader.ReadAsync(Key("peers"), Sample.Start, Sample.Start + Minute, Minute))[0].Sum);
    }

    [Fact]
    public async Task Old_minutes_become_hours_old_hours_go_in_bounded_steps_and_nothing_is_counted_twice()
    {
        await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System);
        var writer = new SeriesWriter(journal, new SeriesRetention { Minutes = Duration.FromDays(1), Hours = Duration.FromDays(2), MostInStep = 100 });
        var reader = new SeriesReader(journal);
        var end = Sample.Start + Duration.FromDays(1);
        for (var i = 0; i < 5 * 60; i++) writer.RecordObservation(Answered(Sample.Start + Minute * i, 1, i), Schema);
        await writer.FlushAllAsync();
        Assert.Equal(300, (await ReadAsync(Minute)).Count);

        var steps = 1;
        for (; !await writer.PruneAsync(end + Duration.FromHours(3) + Minute * 30); steps++) Assert.Equal(300, (await ReadAsync(Duration.FromHours(1))).Sum(bucket => bucket.Count));
        Assert.True(steps > 4, $"{steps} steps of at most 100 for four series of 180 minutes");
        var mixed = await ReadAsync(Minute);
        Assert.Equal(3 + 120, mixed.Count);
        Assert.Equal([Duration.FromHours(1), Minute], mixed.Select(bucket => bucket.Width).Distinct());
        Assert.Equal(Enumerable.Range(0, 60).Sum(), mixed[0].Sum);
        Assert.Equal(60, mixed[0].Sketch.Count);

        while (!await writer.PruneAsync(end + Duration.FromDays(1) + Duration.FromHours(2))) { }
        Assert.Equal([60L, 60, 60], (await ReadAsync(Duration.FromHours(1))).Select(bucket => bucket.Count));
        while (!await writer.PruneAsync(end + Duration.FromDays(2))) { }
        Assert.Empty(await ReadAsync(Minute));

        Task<IReadOnlyList<SeriesBucket>> ReadAsync(Duration width) => reader.ReadAsync(Key("head_lag"), Sample.Start, end, width);
    }

    [Fact]
    public async Task Recording_into_an_open_minute_allocates_nothing()
    {
        await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System);
        var writer = new SeriesWriter(journal);
        var observations = Enumerable.Range(0, 50).Select(i => Answered(Sample.Start + Duration.FromSeconds(i), 0.1 + i, i)).ToArray();
        RecordAll();
        RecordAll();
        var before = GC.GetAllocatedBytesForCurrentThread();
        RecordAll();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void RecordAll()
        {
            foreach (var observation in observations) writer.RecordObservation(observation, Schema);
        }
    }

    [Fact]
    public async Task Series_and_facts_share_a_file_and_neither_moves_the_other()
    {
        await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System);
        var writer = new SeriesWriter(journal);
        await journal.AppendAsync(Sample.Append("a", "1"));
        writer.RecordObservation(Answered(Sample.Start, 1), Schema);
        await Task.WhenAll(writer.FlushAllAsync(), journal.AppendAsync(Sample.Append("a", "2")));
        Assert.Equal(new JournalPosition(2), await journal.HeadAsync());
        await using var reader = await SqliteJournal.OpenReadOnlyAsync(folder.Path, TimeProvider.System);
        await Assert.ThrowsAsync<JournalException>(async () =>
        {
            var refused = new SeriesWriter(reader);
            refused.RecordObservation(Answered(Sample.Start, 1), Schema);
            await refused.FlushAllAsync();
        });
    }
}
