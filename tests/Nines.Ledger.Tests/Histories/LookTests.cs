using FsCheck;
using FsCheck.Fluent;
using Nines.Core;
using Nines.Ledger.History;
using Nines.Testing;
using NodaTime;
using static Nines.Ledger.Tests.Histories.Telling;

namespace Nines.Ledger.Tests.Histories;

public sealed class LookTests
{
    [Fact]
    public void An_onset_lies_between_the_last_look_that_was_up_and_the_first_that_was_not_and_an_end_likewise() =>
        Assert.Equal(["0 uuu", "1 uud 1", "1.5 udd 1", "2 ddd 1", "3 udd 1", "3.5 uud 1", "4 uuu"], Looks("uudduu").History.Words());

    [Fact]
    public void The_worked_figure_of_thirty_seconds_and_four_bad_looks_holds()
    {
        // TRUTH, worked figures: period 30 s, 4 bad looks in a row: length in (90 s, 150 s), likely 120 s.
        var line = Looks("uudddduu", Every(0.5), 0.5).History.Targets.Single();
        var length = Lengths(line);
        Assert.Equal((90, 120, 150), (length.Surely, length.Likely, length.Possibly));
    }

    [Fact]
    public void A_single_bad_look_is_a_blip_that_is_listed_and_weighs_nothing()
    {
        var (history, rows) = Looks("uuduu");
        Assert.Equal(["0 uuu"], history.Words());
        var repair = Assert.Single(rows.Repairs);
        Assert.Equal((3, RepairRule.SingleLook, RowFate.Repaired), (repair.Row, repair.Rule, repair.Fate));
    }

    [Fact]
    public void A_single_bad_look_of_a_source_that_looks_again_is_an_outage() =>
        Assert.Equal(["0 uuu", "1 uud 1", "1.5 udd 1", "2.5 uud 1", "3 uuu"], Looks("uuduu", Every(1, confirms: true)).History.Words());

    [Fact]
    public void Silence_beyond_twice_the_cadence_and_the_time_out_is_unknown()
    {
        Assert.Equal(["0 uuu"], Looks("uu-u").History.Words());
        Assert.Equal(["0 uuu", "1 u?d", "4 uuu"], Looks("uu--u").History.Words());
    }

    [Fact]
    public void Down_then_unseen_then_down_is_one_outage_with_a_hole() =>
        Assert.Equal(["0 uuu", "1 uud 1", "1.5 udd 1", "2 ddd 1", "3 u?d 1", "7 ddd 1"], Looks("uudd---dd").History.Words());

    [Fact]
    public void A_source_of_changes_holds_its_state_through_silence_and_bounds_a_change_by_its_cadence()
    {
        var source = new LookSource { Tool = "Upptime", Records = LooksRecorded.Changes, Cadence = Minutes(5), CadenceIsGiven = true, Confirms = true, Timeout = Duration.Zero };
        Assert.Equal(["0 uuu", "95 uud 1", "97.5 udd 1", "100 ddd 1", "195 udd 1", "197.5 uud 1", "200 uuu"], Looks("u" + new string('-', 99) + "d" + new string('-', 99) + "u" + new string('-', 50) + "u", source).History.Words());
    }

    [Fact]
    public void Its_last_word_holds_until_it_last_ran_unless_it_was_silent_for_longer_than_it_ever_is()
    {
        LookSource Source(Duration? repeats) => new() { Tool = "Upptime", Records = LooksRecorded.Changes, Cadence = Minutes(5), CadenceIsGiven = true, Confirms = true, Repeats = repeats, RanUntil = At(2_000) };
        Assert.Equal(At(2_000), Looks("uu", Source(null)).History.Targets.Single().To);
        Assert.Equal(At(2_000), Looks("uu", Source(Minutes(1_440))).History.Targets.Single().To);
        Assert.Equal(At(1) + Duration.Epsilon, Looks("uu", Source(Minutes(100))).History.Targets.Single().To);
        Assert.Equal(["0 uuu", "1 u?d", "400 uuu"], Looks("uu" + new string('-', 398) + "u", Source(Minutes(100))).History.Words());
    }

    [Fact]
    public void Rows_out_of_order_double_and_to_come_are_listed_each()
    {
        var rows = new RowAccount();
        Look Look(int row, double at, State state) => new("shop", At(at), state, "", row);
        Look[] looks = [Look(1, 0, State.Up), Look(2, 2, State.Up), Look(3, 1, State.Up), Look(4, 3, State.Up), Look(5, 3, State.Up), Look(6, 4, State.Down), Look(7, 4, State.Up), new("shop", Now + Minutes(1), State.Up, "", 8)];
        foreach (var look in looks) rows.Add(look.Row);
        LookTimelines.Build(looks, Every(1), rows, Now);
        Assert.Equal([(3, RepairRule.OutOfOrder), (5, RepairRule.Duplicate), (7, RepairRule.SameInstant), (8, RepairRule.InTheFuture), (6, RepairRule.SingleLook)], rows.Repairs.Select(repair => (repair.Row, repair.Rule)));
        Assert.Equal((8, 3, 2, 2, 1), (rows.Read, rows.Count(RowFate.Used), rows.Count(RowFate.Repaired), rows.Count(RowFate.Merged), rows.Count(RowFate.Rejected)));
    }

    [Fact]
    public void The_cadence_of_changes_is_learnt_from_the_gaps_between_runs_and_never_below_the_nominal_one()
    {
        static IEnumerable<Instant> Runs(params double[] gaps)
        {
            var at = 0d;
            yield return At(0);
            foreach (var gap in gaps)
            {
                at += gap;
                yield return At(at);
                yield return At(at + 0.2); // the next site of the same run
            }
        }
        Assert.Equal(new LookCadence(Minutes(5), Minutes(5), 0), LookCadence.OfChanges(Runs(12, 12), Minutes(5)));
        var learnt = LookCadence.OfChanges(Runs(12.2, 12.2, 7.2, 20.2, 12.2, 3.2, 500), Minutes(5));
        Assert.Equal((12d, 20d, 6), (Math.Round(learnt.Typical.TotalMinutes, 6), Math.Round(learnt.Long.TotalMinutes, 6), learnt.Gaps));
        Assert.Equal(Minutes(5), LookCadence.OfChanges(Runs(1.2, 1.2, 1.2, 1.2, 1.2, 1.2), Minutes(5)).Long);
    }

    [Fact]
    public void Targets_that_are_looked_at_at_their_own_cadence_are_each_judged_by_it()
    {
        var rows = new RowAccount();
        var looks = new List<Look>();
        foreach (var (target, every) in new[] { ("fast", 0.5), ("slow", 10d) })
            for (var i = 0; i < 30; i++)
            {
                rows.Add(looks.Count + 1);
                looks.Add(new Look(target, At(i * every), State.Up, "", looks.Count + 1));
            }
        var history = LookTimelines.Build(looks, new LookSource { Tool = "Poller", Records = LooksRecorded.Every }, rows, Now);
        Assert.All(history.Targets, target => Assert.Equal(State.Up, Assert.Single(target.Segments).Likely));
        Assert.Equal([Duration.FromSeconds(60), Duration.FromSeconds(630)], history.Targets.Select(target => target.Resolution!.Value));
    }

    private static readonly Gen<Look[]> AnyLooks =
        from count in Gen.Choose(1, 40)
        from minutes in Gen.Choose(0, 120).ArrayOf(count)
        from states in Gen.Choose(0, 5).ArrayOf(count)
        from targets in Gen.Choose(0, 2).ArrayOf(count)
        select Enumerable.Range(0, count).Select(i => new Look($"t{targets[i]}", At(minutes[i]), (State)states[i], "", i + 1)).ToArray();

    [Fact]
    public void Whatever_the_looks_every_row_is_accounted_for_and_segments_are_ordered_and_bounded() => Prop.ForAll(Arb.From(AnyLooks), looks =>
    {
        foreach (var source in new[] { Every(1), Every(3, confirms: true), new LookSource { Tool = "X", Records = LooksRecorded.Changes, Repeats = Minutes(20), RanUntil = At(130) }, new LookSource { Tool = "Y", Records = LooksRecorded.Every } })
        {
            ReadHistory Build(out RowAccount account)
            {
                account = new RowAccount();
                foreach (var look in looks) account.Add(look.Row);
                return LookTimelines.Build(looks, source, account, Now);
            }
            var history = Build(out var rows);
            Assert.Equal(looks.Length, rows.Sum());
            foreach (var target in history.Targets) Bounded.Check(target);
            Assert.Equal(history.Targets.SelectMany(target => target.Segments), Build(out _).Targets.SelectMany(target => target.Segments));
        }
    }).Holds();

    /// <summary>A target that a poller watches: whatever it does between two looks, what is said surely and possibly encloses it.</summary>
    [Fact]
    public void The_truth_lies_within_the_bounds_for_every_outage_longer_than_the_resolution() => Prop.ForAll(Arb.From(from starts in Gen.Choose(30, 3_000) from length in Gen.Choose(121, 1_200) select (starts, length)), outage =>
    {
        var (begins, ends) = (outage.starts, outage.starts + outage.length);
        var rows = new RowAccount();
        var looks = Enumerable.Range(0, 100).Select(i => new Look("shop", Zero + Duration.FromSeconds(60 * i), 60 * i >= begins && 60 * i < ends ? State.Down : State.Up, "", i + 1)).ToList();
        foreach (var look in looks) rows.Add(look.Row);
        var (surely, _, possibly) = Lengths(LookTimelines.Build(looks, Every(1), rows, Now).Targets.Single());
        Assert.InRange(outage.length, surely, possibly);
    }).Holds();

    private static (double Surely, double Likely, double Possibly) Lengths(TargetHistory target)
    {
        var (surely, likely, possibly) = (0d, 0d, 0d);
        for (var i = 0; i < target.Segments.Length; i++)
        {
            var segment = target.Segments[i];
            var length = ((i + 1 < target.Segments.Length ? target.Segments[i + 1].From : target.To) - segment.From).TotalSeconds;
            if (segment.Best.IsDown()) surely += length;
            if (segment.Likely.IsDown()) likely += length;
            if (segment.Worst.IsDown()) possibly += length;
        }
        return (surely, likely, possibly);
    }
}

/// <summary>What holds of every history that was read.</summary>
internal static class Bounded
{
    public static void Check(TargetHistory target)
    {
        Assert.True(target.From < target.To);
        Assert.Equal(target.From, target.Segments[0].From);
        for (var i = 0; i < target.Segments.Length; i++)
        {
            var segment = target.Segments[i];
            Assert.True(segment.From < target.To, $"{segment} begins at or after {target.To}");
            if (i > 0) Assert.True(segment.From > target.Segments[i - 1].From);
            Assert.True(segment.Best <= segment.Worst);
            Assert.True(segment.Likely == State.Unknown || (segment.Best <= segment.Likely && segment.Likely <= segment.Worst));
        }
    }
}
