using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Control;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger.Availability;
using Nines.Ledger.Documents;
using Nines.Ledger.Explanations;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Ledger.Snapshots;
using Nines.Testing;
using NodaTime;
using static Nines.Ledger.Tests.History;

namespace Nines.Ledger.Tests;

/// <summary>What people say of whether and when an outage was: it sharpens and adds, and takes nothing away that was surely seen, but under policies that take their word (TRUTH 14, 15).</summary>
public sealed class OutageCorrectionTests
{
    private static readonly Policy AsCorrected = ShippedPolicies.Strict with { Name = "as-corrected", Corrections = CorrectionCounts.AsCorrected };

    /// <summary>shop-1 from [100, 110] to [200, 210], shop-2 from [400, 402] to [430, 432].</summary>
    private static History Told() => new History().Config(0, "shop").Started(0)
        .Revised(1, 0, [Up(0)]).Revised(215, 100, OutageOf("shop-1", 100, 110, 200, 210)).Revised(440, 400, OutageOf("shop-2", 400, 402, 430, 432)).Watched(1_000);

    private static OutageCorrected FalseAlarm(double at = 1_000, string outage = "shop-1") => new(At(at), outage, "ada", CorrectionClaim.FalseAlarm, "the probe's own proxy was down");

    private static OutageCorrected When(Bounds? began, Bounds? ended, double at = 1_000, string outage = "shop-1") => new(At(at), outage, "ada", CorrectionClaim.Bounds, "the provider's post-mortem says so") { Began = began, Ended = ended };

    private static OutageCorrected Withdraw(long position, string outage = "shop-1") => new(At(1_000), outage, "ben", CorrectionClaim.Withdrawn, "it was not") { Withdraws = position };

    private static ComponentReport Report(LedgerProjection ledger, Policy policy) => Reporter.Make(ledger, policy, At(0), At(1_000)).Components.Single();

    private static Outage First(History history) => history.Fold().FindOutage("shop-1")!;

    private static string Export(LedgerProjection ledger)
    {
        using var stream = new MemoryStream();
        LedgerExport.Write(ledger, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Fact]
    public void A_false_alarm_stays_visible_with_what_was_observed()
    {
        var (before, after) = (First(Told()), First(Told().Add(FalseAlarm())));
        Assert.True(after.IsFalseAlarm);
        Assert.Equal((before.Began, before.Ended, before.Length), (after.Began, after.Ended, after.Length));
        Assert.Equal(new ObservedTime(before.Began, before.Ended, before.Length), after.Observed);
        var document = OutageDocument.From(after);
        Assert.Equal((true, "ada", "the probe's own proxy was down"), (document.FalseAlarm, document.TimeCorrectedBy, document.TimeCorrectedBecause));
    }

    [Fact]
    public void It_counts_as_seen_unless_the_policy_takes_peoples_word()
    {
        var (before, after) = (Told().Fold(), Told().Add(FalseAlarm()).Fold());
        Assert.Equal(Report(before, ShippedPolicies.Strict).Availability, Report(after, ShippedPolicies.Strict).Availability);
        Assert.True(OutageCounting.Of(after.FindOutage("shop-1")!, ShippedPolicies.Strict).Counts);
        Assert.Equal("does not count: ada corrected it to a false alarm, and policy as-corrected takes that word", OutageCounting.Of(after.FindOutage("shop-1")!, AsCorrected).WhyNot);
        // 30 s of 1,000 s are left: those of shop-2.
        Assert.Equal(0.97m, Report(after, AsCorrected).Availability!.Value.Likely);
        Assert.Equal(Report(before, AsCorrected).Coverage, Report(after, AsCorrected).Coverage);
        Assert.Equal(Report(before, AsCorrected).Tally.Counted, Report(after, AsCorrected).Tally.Counted);
    }

    [Fact]
    public void Every_report_says_how_many_were_excluded_and_how_long_they_were()
    {
        var ledger = Told().Add(FalseAlarm()).Add(When(Between(399, 400), null, outage: "shop-2")).Fold();
        var (seen, corrected) = (Report(ledger, ShippedPolicies.Strict).ByHand, Report(ledger, AsCorrected).ByHand);
        Assert.Equal((1, 1), (seen.FalseAlarms, seen.Bounds));
        Assert.StartsWith("1 outage of 1m 40s (1m 30s – 1m 50s) in all was corrected by hand to a false alarm: counted as seen under policy strict.", string.Join(' ', seen.Sentences(ShippedPolicies.Strict)), StringComparison.Ordinal);
        Assert.StartsWith("1 outage of 1m 40s (1m 30s – 1m 50s) in all was corrected by hand to a false alarm: excluded under policy as-corrected, which takes that word; coverage is not affected.", string.Join(' ', corrected.Sentences(AsCorrected)), StringComparison.Ordinal);
        Assert.Empty(Report(Told().Fold(), AsCorrected).ByHand.Sentences(AsCorrected));
    }

    [Fact]
    public void Narrower_bounds_sharpen_every_figure_and_the_observed_ones_stay_beside()
    {
        var after = Told().Add(When(Between(104, 105), Between(206, 206))).Fold();
        var outage = after.FindOutage("shop-1")!;
        Assert.Equal((Between(104, 105), Between(206, 206)), (outage.Began, outage.Ended!.Value));
        Assert.Equal(new Length(Seconds(101), Seconds(101.5), Seconds(102)), outage.Length);
        Assert.Equal((Between(100, 110), Between(200, 210)), (outage.Observed!.Began, outage.Observed.Ended!.Value));
        Assert.Equal(outage.Length + Told().Fold().FindOutage("shop-2")!.Length, Report(after, ShippedPolicies.Strict).Tally.Down);
        Assert.Equal(At(104.5), outage.LikelyBegan);
        Assert.Equal(At(206), outage.LikelyEnded);
    }

    [Fact]
    public void An_earlier_onset_adds_time_that_was_seen_up_under_every_policy()
    {
        var after = Told().Add(When(Between(50, 60), null)).Fold();
        Assert.Equal(new Length(Seconds(140), Seconds(150), Seconds(160)), after.FindOutage("shop-1")!.Length);
        foreach (var policy in new[] { ShippedPolicies.Strict, AsCorrected })
            Assert.Equal(Seconds(150) + Seconds(30), Report(after, policy).Tally.Down.Likely);
    }

    [Fact]
    public void A_later_onset_takes_away_what_was_surely_seen_only_where_the_policy_takes_that_word()
    {
        var after = Told().Add(When(Between(150, 150), null)).Fold();
        Assert.Equal(new Length(Seconds(50), Seconds(55), Seconds(60)), after.FindOutage("shop-1")!.Length);
        Assert.Equal(At(100), after.FindOutage("shop-1")!.From);
        // Surely seen from 110 on; what was only possible before that is known better.
        Assert.Equal(new Length(Seconds(90), Seconds(95), Seconds(100)) + new Length(Seconds(28), Seconds(30), Seconds(32)), Report(after, ShippedPolicies.Strict).Tally.Down);
        Assert.Equal(new Length(Seconds(50), Seconds(55), Seconds(60)) + new Length(Seconds(28), Seconds(30), Seconds(32)), Report(after, AsCorrected).Tally.Down);
    }

    [Fact]
    public void Time_that_nobody_saw_is_filled_by_what_somebody_surely_knows()
    {
        var history = new History().Config(0, "shop").Started(0).Revised(1, 0, [Up(0), Unseen(80), Up(90)]).Revised(215, 100, OutageOf("shop-1", 100, 110, 200, 210)).Watched(1_000);
        var (before, after) = (history.Fold(), new History().Config(0, "shop").Started(0).Revised(1, 0, [Up(0), Unseen(80), Up(90)]).Revised(215, 100, OutageOf("shop-1", 100, 110, 200, 210)).Watched(1_000).Add(When(Between(82, 85), null)).Fold());
        Assert.Equal(0.99m, Report(before, ShippedPolicies.Strict).Coverage);
        Assert.Equal(0.995m, Report(after, ShippedPolicies.Strict).Coverage);   // 80 to 85 nobody knows
        Assert.Equal(Seconds(120), after.FindOutage("shop-1")!.Length.Likely);
    }

    [Fact]
    public void One_that_is_withdrawn_changes_nothing_and_stays_on_record()
    {
        var history = Told().Add(FalseAlarm());
        var after = history.Add(Withdraw(history.Entries.Count)).Fold();
        var outage = after.FindOutage("shop-1")!;
        Assert.False(outage.IsFalseAlarm);
        Assert.Equal([CorrectionClaim.FalseAlarm, CorrectionClaim.Withdrawn], outage.Corrections.Select(one => one.Claim));
        Assert.True(outage.Corrections[0].IsWithdrawn);
        Assert.Equal(Report(Told().Fold(), AsCorrected).Availability, Report(after, AsCorrected).Availability);
    }

    [Fact]
    public void A_cause_upstream_names_its_root_and_can_be_withdrawn()
    {
        var history = Told().Add(new CauseCorrected(At(900), "shop-1", "ada", CauseKind.Upstream, "their database") { Roots = [new("db")] });
        Assert.Equal([new ComponentId("db")], First(history).Cause.Roots);
        var withdrawn = First(history.Add(Withdraw(history.Entries.Count)));
        Assert.Equal(Refused, withdrawn.Cause);
        Assert.Empty(withdrawn.JudgedCauses);
    }

    [Fact]
    public void Of_an_open_outage_the_onset_can_be_corrected_and_it_stays_open()
    {
        var open = new History().Config(0, "shop").Started(0).Revised(110, 0, [Up(0), Down(100, "shop-1", State.Up, State.Up), Down(110, "shop-1")]).Watched(300).Add(When(Between(90, 91), Between(200, 201), at: 300)).Fold().FindOutage("shop-1")!;
        Assert.Equal(Between(90, 91), open.Began);
        Assert.True(open.IsOpen);
        Assert.Equal(At(300), open.KnownUntil);
    }

    [Fact]
    public void What_makes_no_sense_is_refused_and_would_change_nothing()
    {
        var ledger = Told().Fold();
        (string Code, string)? Of(CorrectionClaim claim, Bounds? began = null, Bounds? ended = null, long? withdraws = null) =>
            CorrectionChecks.ProblemOf(ledger, ledger.FindOutage("shop-1")!, new ControlCommand.CorrectOutage("shop-1", claim, "x") { Began = began, Ended = ended, Withdraws = withdraws });
        Assert.Null(Of(CorrectionClaim.FalseAlarm));
        Assert.Null(Of(CorrectionClaim.Bounds, Between(104, 105)));
        Assert.Equal("NIN4301", Of(CorrectionClaim.Bounds)!.Value.Code);
        Assert.Equal("NIN4302", Of(CorrectionClaim.Bounds, Between(300, 301))!.Value.Code);
        Assert.Equal("NIN4302", Of(CorrectionClaim.Bounds, ended: Between(1_200, 1_300))!.Value.Code);
        Assert.Equal("NIN4302", Of(CorrectionClaim.Bounds, Between(-10, -5))!.Value.Code);
        Assert.Equal("NIN4303", Of(CorrectionClaim.Bounds, ended: Between(410, 411))!.Value.Code);
        Assert.Equal("NIN4304", Of(CorrectionClaim.Withdrawn, withdraws: 3)!.Value.Code);
        Assert.Equal("NIN4305", CorrectionChecks.ProblemOf(ledger, ledger.FindOutage("shop-1")!, new ControlCommand.CorrectCause("shop-1", CauseKind.Upstream, "x", [new("db")]))!.Value.Code);
        Assert.Equal("NIN4305", CorrectionChecks.ProblemOf(ledger, ledger.FindOutage("shop-1")!, new ControlCommand.CorrectCause("shop-1", CauseKind.Security, "x", [new("shop")]))!.Value.Code);
        var two = new History().Config(0, "shop", "db").Started(0).Revised(1, 0, [Up(0), Down(10, "shop-1")]).Watched(50).Fold();
        Assert.Null(CorrectionChecks.ProblemOf(two, two.FindOutage("shop-1")!, new ControlCommand.CorrectCause("shop-1", CauseKind.Upstream, "x", [new("db")])));
        var gone = new History().Config(0, "shop").Started(0).Revised(1, 0, [Up(0), Down(10, "shop-1")]).Watched(50).Config(60, "db").Fold();
        Assert.Equal("NIN4302", CorrectionChecks.ProblemOf(gone, gone.FindOutage("shop-1")!, new ControlCommand.CorrectOutage("shop-1", CorrectionClaim.Bounds, "x") { Ended = Between(20, 21) })!.Value.Code);
        Assert.Equal("NIN4305", CorrectionChecks.ProblemOf(two, two.FindOutage("shop-1")!, new ControlCommand.CorrectCause("shop-1", CauseKind.Upstream, "x", [new("db"), new("db")]))!.Value.Code);
        Assert.Equal(Report(ledger, AsCorrected).Tally.Down, Report(Told().Add(When(Between(300, 301), null)).Fold(), AsCorrected).Tally.Down);
    }

    [Fact]
    public void What_was_likely_degraded_stays_so_where_somebody_knows_that_it_was_not_down()
    {
        var ledger = new History().Config(0, "shop").Started(0).Revised(215, 0, [Up(0), Down(100, "shop-1", State.Up, State.Degraded, State.Down), Down(110, "shop-1"), Up(200)]).Watched(1_000).Add(When(Between(110, 110), null)).Fold();
        var segment = Assert.Single(ledger.Find(Shop)!.Whole.Within(At(100), At(110))).Segment;
        Assert.Equal((State.Up, State.Degraded, State.Degraded, null, Refused), (segment.Best, segment.Likely, segment.Worst, segment.Outage, segment.Cause));
    }

    [Fact]
    public void What_has_to_be_drawn_anew_does_not_depend_on_who_read_in_between()
    {
        var history = Told().Add(When(Between(50, 60), null));
        var said = history.Entries.Count;
        history.Revised(1_000, 990, [Down(990, "shop-3"), Up(995)]).Add(Withdraw(said));
        var (unread, read) = (new LedgerProjection(), new LedgerProjection());
        foreach (var entry in history.Entries)
        {
            unread.Apply(entry);
            read.Apply(entry);
            Assert.NotNull(read.Outages.ToList());
        }
        Assert.Equal(Export(read), Export(unread));
        Assert.Equal(new Bounds(At(50), At(1_000)), unread.Find(Shop)!.Revisions[^1].When);
        Assert.Equal(history.Entries[^1].Position, unread.Find(Shop)!.Revisions[^1].Position);
    }

    [Fact]
    public void A_false_alarm_narrows_no_interval_where_it_does_not_count()
    {
        var ledger = Told().Add(FalseAlarm()).Fold();
        // Of 1,000 s two outages took 130 s as seen; the one that counts where that word is taken took 30 s.
        foreach (var (policy, outages, down) in new[] { (ShippedPolicies.Strict, 2, 130), (AsCorrected, 1, 30) })
        {
            var (low, high) = Confidence.LongRunAvailability(outages, 1_000 - down, down);
            var longRun = Report(ledger, policy).LongRunAvailability!;
            Assert.Equal(low, (double)longRun.Low, 12);
            Assert.Equal(high, (double)longRun.High, 12);
        }
    }

    [Fact]
    public async Task An_explanation_says_what_was_corrected_and_what_was_observed()
    {
        await using var journal = new Nines.Testing.MemoryJournal();
        var history = Told().Add(When(Between(104, 105), null)).Add(FalseAlarm());
        await journal.AppendAsync(new Append("watch", "all", [.. history.Entries.Select(entry => entry.Fact)]));
        var ledger = await LedgerProjection.LoadAsync(journal, TestContext.Current.CancellationToken);
        var text = string.Join("\n", ExplanationText.Lines(await new Explainer(ledger.FindOutage("shop-1")!, ledger, AsCorrected).ExplainAsync(journal, TestContext.Current.CancellationToken)));
        Assert.Contains("False alarm, corrected by hand by ada: the probe's own proxy was down. Observed was 1m 40s (1m 30s – 1m 50s), begun between 2026-01-01 00:01:40.000 and 00:01:50.000", text, StringComparison.Ordinal);
        Assert.Contains("It does not count: ada corrected it to a false alarm", text, StringComparison.Ordinal);
        Assert.Contains("corrected when it began, to 2026-01-01 00:01:44.000 – 00:01:45.000 UTC: the provider's post-mortem says so", text, StringComparison.Ordinal);
    }

    [Fact]
    public void False_alarms_are_in_no_count_and_no_mean_where_the_policy_takes_that_word_and_in_all_where_it_does_not() => Prop.ForAll((
        from lengths in Gen.Choose(1, 40).ArrayOf(6)
        from gaps in Gen.Choose(50, 90).ArrayOf(6)
        from alarms in Gen.Choose(0, 1).ArrayOf(6)
        select (Lengths: lengths, gaps, Alarms: alarms.Select(one => one == 1).ToArray())).ToArbitrary(), test =>
    {
        // Six outages, of which some are false alarms; the same without any correction; and one in which those never were.
        History corrected = Begun(), plain = Begun(), without = Begun();
        var at = 0.0;
        for (var i = 0; i < 6; i++)
        {
            at += test.gaps[i];
            var (from, to) = (at, at + 2 + test.Lengths[i]);
            Segment[] outage = OutageOf($"shop-{i + 1}", from, from + 1, to, to + 2);
            foreach (var history in new[] { corrected, plain }) history.Revised(to + 3, from, outage);
            if (!test.Alarms[i]) without.Revised(to + 3, from, outage);
            at = to + 2;
        }
        foreach (var history in new[] { corrected, plain, without }) history.Watched(1_000);
        for (var i = 0; i < 6; i++)
            if (test.Alarms[i]) corrected.Add(FalseAlarm(outage: $"shop-{i + 1}"));

        var alarms = test.Alarms.Count(one => one);
        var (left, never) = (Report(corrected.Fold(), AsCorrected), Report(without.Fold(), AsCorrected));
        Assert.Equal((6 - alarms, alarms), (left.Outages, left.FalseAlarmsLeftOut));
        Assert.Equal(Means(never), Means(left));
        var (seen, before) = (Report(corrected.Fold(), ShippedPolicies.Strict), Report(plain.Fold(), ShippedPolicies.Strict));
        Assert.Equal((6, 0, alarms), (seen.Outages, seen.FalseAlarmsLeftOut, seen.ByHand.FalseAlarms));
        Assert.Equal(Means(before), Means(seen));
        return true;

        static History Begun() => new History().Config(0, "shop").Started(0).Revised(1, 0, [Up(0)]);
        static (object, object?, object?, object?, object?, string?) Means(ComponentReport report) =>
            ((report.Outages, report.OpenOutages, report.Tally.Down), report.MeanTimeToRepair, report.MeanTimeToRepairLimits, report.MeanTimeBetweenFailures, report.LongRunAvailability, report.Longest?.Id);
    }).Holds();

    [Fact]
    public async Task What_came_from_a_root_says_that_the_root_was_corrected_and_by_which_fact()
    {
        await using var journal = new Nines.Testing.MemoryJournal();
        var upstream = new Cause(CauseKind.Upstream, "db is down") { Roots = [new("db")] };
        var history = new History().Config(0, "db", "shop").Started(0).RevisedFor("db", null, 1, 0, Up(0)).Revised(1, 0, Up(0))
            .RevisedFor("db", null, 215, 100, OutageOf("db-1", 100, 110, 200, 210)).Revised(215, 100, [.. OutageOf("shop-1", 100, 110, 200, 210).Select(segment => segment.Outage is null ? segment : segment with { Cause = upstream })]).Watched(1_000)
            .Add(new CauseCorrected(At(1_001), "db-1", "ada", CauseKind.Security, "the key was stolen"));
        await journal.AppendAsync(new Append("watch", "all", [.. history.Entries.Select(entry => entry.Fact)]));
        var ledger = await LedgerProjection.LoadAsync(journal, TestContext.Current.CancellationToken);
        var explanation = await new Explainer(ledger.FindOutage("shop-1")!, ledger).ExplainAsync(journal, TestContext.Current.CancellationToken);
        var position = history.Entries.Count;
        var corrected = Assert.Single(Assert.Single(explanation.Roots).Corrected);
        Assert.Equal(("db-1", CauseKind.Security, (long)position), (corrected.Outage, corrected.Correction.Cause, corrected.Correction.Position));
        Assert.Contains($"  Its root db was corrected by hand: ada corrected the cause to security, for db-1 (position {position}): the key was stolen.", ExplanationText.Lines(explanation));
        Assert.Contains((long)position, explanation.Facts);
        Assert.Equal(CauseKind.Upstream, explanation.Outage.Cause); // said, and not followed
    }

    /// <summary>Any corrections, in any order, some twice, some withdrawn, some senseless.</summary>
    private static Gen<Fact[]> Corrections => (
        from claim in Gen.Choose(0, 9)
        from outage in Gen.Elements("shop-1", "shop-2", "shop-3", "shop-9")
        from a in Gen.Choose(-20, 1_100)
        from b in Gen.Choose(0, 60)
        from c in Gen.Choose(-20, 1_100)
        from d in Gen.Choose(0, 60)
        from sides in Gen.Choose(0, 2)
        from at in Gen.Elements(1_000, 500)
        from withdraws in Gen.Choose(1, 24)
        select claim switch
        {
            0 or 1 => (Fact)FalseAlarm(at, outage),
            2 => new CauseCorrected(At(at), outage, "ada", CauseKind.Upstream, "db") { Roots = [new("db")] },
            3 or 4 => Withdraw(withdraws, outage),
            _ => When(sides == 1 ? null : Between(a, a + b), sides == 0 ? null : Between(c, c + d), at, outage),
        }).ArrayOf().Where(facts => facts.Length < 16).SelectMany(facts => Gen.Constant((Fact[])[.. facts, .. facts.Take(facts.Length / 3)]));

    private static History Varied() => new History().Config(0, "shop").Started(0)
        .Revised(1, 0, [Up(0), Unseen(60), Up(70)]).Revised(215, 100, OutageOf("shop-1", 100, 110, 200, 210))
        .Revised(440, 400, [Down(400, "shop-2", State.Up, State.Up), Down(405, "shop-2", State.Up), Down(409, "shop-2", State.Up, State.Up), Up(412)])
        .Revised(700, 600, [Down(600, "shop-3", State.Degraded, State.EffectivelyDown, State.EffectivelyDown), Unseen(620, "shop-3"), Down(640, "shop-3", State.EffectivelyDown, State.EffectivelyDown), Down(660, "shop-3") with { Window = "w" }, Up(690)])
        .Watched(1_000);

    [Fact]
    public void Whatever_people_say_in_whatever_order_the_timelines_stay_in_order_and_no_figure_gets_looser() => Prop.ForAll(Corrections.ToArbitrary(), facts =>
    {
        var history = Varied();
        var baseline = history.Fold();
        var (bare, count) = (Report(baseline, ShippedPolicies.Strict), history.Entries.Count);
        foreach (var fact in facts) history.Add(fact);
        var ledger = new LedgerProjection();
        foreach (var entry in history.Entries)
        {
            ledger.Apply(entry);
            if (entry.Position.Value < count) continue;
            AssertInOrder(ledger);
            var (strict, corrected) = (Report(ledger, ShippedPolicies.Strict), Report(ledger, AsCorrected));
            Assert.True(strict.Tally.LostSurely >= bare.Tally.LostSurely, "what was surely seen down was taken away");
            Assert.True(strict.Coverage >= bare.Coverage && corrected.Coverage == strict.Coverage, "a correction made time unseen");
            foreach (var share in new[] { strict.Availability!.Value, corrected.Availability!.Value }) Assert.True(share.Low <= share.Likely && share.Likely <= share.High);
            Assert.Equal(baseline.Outages.Select(outage => outage.Id).Order(), ledger.Outages.Select(outage => outage.Id).Order());
        }
        // As of the position before them everything is as it was, and a snapshot says the same as all facts.
        var earlier = new LedgerProjection();
        foreach (var entry in history.Entries.Take(count)) earlier.Apply(entry);
        Assert.Equal(Export(baseline), Export(earlier));
        Assert.Equal(Export(ledger), Export(Restored(ledger)));
        // All withdrawn: figures are those of the beginning.
        foreach (var entry in history.Entries.Skip(count).ToList())
            history.Add(Withdraw(entry.Position.Value, entry.Fact is OutageCorrected time ? time.Outage : ((CauseCorrected)entry.Fact).Outage));
        var undone = history.Fold();
        Assert.Equal(bare.Tally.Down, Report(undone, AsCorrected).Tally.Down);
        Assert.Equal(bare.Availability, Report(undone, AsCorrected).Availability);
        Assert.Equal(baseline.Outages.Select(outage => OutageDocument.From(outage).ToString()), undone.Outages.Select(outage => OutageDocument.From(outage).ToString()));
        return true;
    }).Holds();

    private static LedgerProjection Restored(LedgerProjection ledger)
    {
        var saved = new SnapshotWriter();
        ledger.Save(saved);
        return LedgerProjection.Restore(new SnapshotReader(saved.Written.ToArray(), 0));
    }

    private static void AssertInOrder(LedgerProjection ledger)
    {
        var component = ledger.Find(Shop)!;
        var at = At(0);
        foreach (var stretch in component.Whole.Within(At(0), At(1_000)))
        {
            Assert.Equal(at, stretch.From);
            Assert.True(stretch.To > stretch.From);
            Assert.True(stretch.Segment.Best <= stretch.Segment.Worst);
            if (stretch.Segment.Likely != State.Unknown) Assert.True(stretch.Segment.Best <= stretch.Segment.Likely && stretch.Segment.Likely <= stretch.Segment.Worst, $"{stretch}");
            at = stretch.To;
        }
        Assert.Equal(At(1_000), at);
        foreach (var outage in component.Outages)
        {
            Assert.True(outage.Length.Shortest <= outage.Length.Likely && outage.Length.Likely <= outage.Length.Longest, $"{outage.Id}: {outage.Length}");
            Assert.True(outage.Length.Longest >= Duration.Zero && outage.KnownUntil >= outage.From);
            if (outage.Ended is { } ended) Assert.True(ended.Latest >= outage.Began.Earliest && outage.LikelyEnded >= outage.LikelyBegan, $"{outage.Id}: {outage.Began} {ended}");
        }
    }
}
