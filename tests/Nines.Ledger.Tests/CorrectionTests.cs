using System.Collections.Immutable;
using System.Text;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger.Availability;
using Nines.Ledger.Documents;
using Nines.Ledger.Explanations;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using static Nines.Ledger.Tests.History;

namespace Nines.Ledger.Tests;

/// <summary>What people say of an outage after it was judged (TRUTH 13, 15).</summary>
public sealed class CorrectionTests
{
    private static History Told() => new History().Config(0, "shop").Started(0)
        .Revised(1, 0, [Up(0)]).Revised(100, 10, OutageOf("shop-1", 10, 12, 70, 72)).Revised(200, 150, OutageOf("shop-2", 150, 152, 160, 162)).Watched(300);

    private static CauseCorrected Corrected(double at, CauseKind cause = CauseKind.Security, string because = "the key was stolen", string outage = "shop-1") => new(At(at), outage, "ada", cause, because);

    private static string Export(LedgerProjection ledger)
    {
        using var stream = new MemoryStream();
        LedgerExport.Write(ledger, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static ComponentReport Report(LedgerProjection ledger) => Reporter.Make(ledger, ShippedPolicies.Strict).Components.Single();

    [Fact]
    public void A_corrected_cause_supersedes_the_judged_one_which_stays_visible()
    {
        var outage = Told().Add(Corrected(310)).Fold().FindOutage("shop-1")!;
        Assert.Equal(new Cause(CauseKind.Security, "the key was stolen"), outage.Cause);
        Assert.Equal(Refused, Assert.Single(outage.JudgedCauses).Cause);
        Assert.Equal(outage.Length, Assert.Single(outage.Causes).Length);
        var document = OutageDocument.From(outage);
        Assert.Equal((CauseKind.Security, "ada", At(310)), (document.Cause, document.CorrectedBy, document.CorrectedAt));
        Assert.Equal(CauseKind.Technical, Assert.Single(document.JudgedCauses!.Value).Kind);
    }

    [Fact]
    public void No_other_outage_and_no_figure_of_time_changes()
    {
        var (before, after) = (Told().Fold(), Told().Add(Corrected(310)).Fold());
        Assert.Equal(OutageDocument.From(before.FindOutage("shop-2")!).ToString(), OutageDocument.From(after.FindOutage("shop-2")!).ToString());
        Assert.Equal(Report(before).Availability, Report(after).Availability);
        Assert.Equal(Report(before).Tally.Down, Report(after).Tally.Down);
    }

    [Fact]
    public void Reports_sum_downtime_and_lost_time_by_the_corrected_cause()
    {
        var ledger = Told().Add(Corrected(310)).Fold();
        var byCause = Report(ledger).Tally.DownByCause;
        Assert.Equal((Seconds(60), Seconds(10)), (byCause[(int)CauseKind.Security], byCause[(int)CauseKind.Technical]));
        var lost = LostTime.Of(ledger.Find(Shop)!, ShippedPolicies.Strict, At(0), At(300)).Where(span => span.Outage == "shop-1").ToList();
        Assert.NotEmpty(lost);
        Assert.All(lost, span => Assert.Equal(CauseKind.Security, span.Cause!.Kind));
    }

    [Fact]
    public void Of_two_corrections_the_last_holds_and_both_are_told()
    {
        var outage = Told().Add(Corrected(310)).Add(Corrected(320, CauseKind.Congestion, "no: blocks were full")).Fold().FindOutage("shop-1")!;
        Assert.Equal("no: blocks were full", outage.Cause.Because);
        Assert.Equal([CauseKind.Security, CauseKind.Congestion], outage.Corrections.Select(correction => correction.Cause!.Kind));
        Assert.Equal(Refused, Assert.Single(outage.JudgedCauses).Cause);
    }

    [Fact]
    public void What_is_judged_of_an_open_outage_after_its_correction_has_the_corrected_cause_too()
    {
        var history = new History().Config(0, "shop").Started(0).Revised(1, 0, [Up(0), Down(10, "shop-1")]).Watched(20).Add(Corrected(21));
        var more = history.Revised(40, 30, Down(30, "shop-1", cause: new Cause(CauseKind.Technical, "timed out"))).Watched(50).Fold().FindOutage("shop-1")!;
        Assert.Equal(CauseKind.Security, Assert.Single(more.Causes).Cause.Kind);
        Assert.Equal(["connection refused", "timed out"], more.JudgedCauses.Select(share => share.Cause.Because).Order());
    }

    [Fact]
    public void As_of_a_position_before_it_nothing_is_corrected_and_two_rebuilds_give_the_same_bytes()
    {
        var (before, after) = (Told(), Told().Add(Corrected(310)).Add(new OutageNoted(At(320), "shop-1", "ben", "rotated")));
        var earlier = new LedgerProjection();
        foreach (var entry in after.Entries.Take(before.Entries.Count)) earlier.Apply(entry);
        Assert.Equal(Export(before.Fold()), Export(earlier));
        Assert.Equal(Export(after.Fold()), Export(after.Fold()));
        Assert.NotEqual(Export(before.Fold()), Export(after.Fold()));
    }

    [Fact]
    public void Notes_are_kept_in_order_with_their_facts()
    {
        var history = Told().Add(new OutageNoted(At(310), "shop-2", "ada", "looks like the disk")).Add(new OutageNoted(At(320), "shop-2", "ben", "it was"));
        Assert.Equal([("ada", history.Entries.Count - 1L), ("ben", history.Entries.Count)], history.Fold().FindOutage("shop-2")!.Notes.Select(note => (note.By, note.Position.Value)));
        Assert.Empty(history.Fold().FindOutage("shop-1")!.Notes);
    }

    [Fact]
    public async Task What_follows_on_time_that_nobody_saw_is_not_said_to_have_changed_at_one_instant()
    {
        await using var journal = new Nines.Testing.MemoryJournal();
        var history = Told();
        await journal.AppendAsync(new Append("watch", "all", [.. history.Entries.Select(entry => entry.Fact)]));
        var ledger = await LedgerProjection.LoadAsync(journal, TestContext.Current.CancellationToken);
        var explanation = await new Explainer(ledger.FindOutage("shop-1")!, ledger).ExplainAsync(journal, TestContext.Current.CancellationToken);
        var step = new ExplanationStep(5, At(10), new ProbeId(new ComponentId("shop"), "http"), new VantagePointId("local"), State.Unknown, State.Up, At(10), At(10), null, null, [], null);
        Assert.Contains("    it is known from 00:00:10.000 on; how it was just before, nobody saw.", ExplanationText.Lines(explanation with { Steps = [step] }));
        Assert.Contains("    so it changed between 00:00:10.000 and 00:00:12.000.", ExplanationText.Lines(explanation with { Steps = [step with { Latest = At(12) }] }));
    }

    [Fact]
    public async Task An_explanation_tells_who_corrected_what_and_still_reasons_about_what_was_judged()
    {
        await using var journal = new Nines.Testing.MemoryJournal();
        var history = Told().Add(Corrected(310)).Add(new OutageNoted(At(320), "shop-1", "ben", "rotated"));
        await journal.AppendAsync(new Append("watch", "all", [.. history.Entries.Select(entry => entry.Fact)]));
        var ledger = await LedgerProjection.LoadAsync(journal, TestContext.Current.CancellationToken);
        var explanation = await new Explainer(ledger.FindOutage("shop-1")!, ledger).ExplainAsync(journal, TestContext.Current.CancellationToken);
        var text = string.Join("\n", ExplanationText.Lines(explanation));
        Assert.Contains("Cause: security, 1m 00s likely: the key was stolen", text, StringComparison.Ordinal);
        Assert.Contains("by ada (position 7): security: the key was stolen", text, StringComparison.Ordinal);
        Assert.Contains("Judged was: technical, 1m 00s likely: connection refused", text, StringComparison.Ordinal);
        Assert.Contains("by ben (position 8): rotated", text, StringComparison.Ordinal);
        Assert.Contains("Why it was judged so, rule by rule:", text, StringComparison.Ordinal);
        Assert.Equal([4, 7, 8], explanation.Facts);
    }
}
