using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger.History;
using Nines.Ledger.History.Upptime;
using NodaTime;
using static Nines.Ledger.Tests.Histories.Telling;

namespace Nines.Ledger.Tests.Histories;

/// <summary>Thirty days of a site, and what its publisher makes of them.</summary>
public sealed class UpptimeComparisonTests
{
    private const double Day = 1_440;

    private static readonly UpptimeSite Site = new("shop", "https://shop.example", "shop", Zero, null);

    /// <param name="states">Day, minutes of it, and the state.</param>
    private static TargetHistory Ours(double days, params (double From, double Minutes, State State)[] states)
    {
        var segments = new List<Segment> { new(Zero, State.Up, State.Up, State.Up) };
        foreach (var (from, minutes, state) in states)
        {
            segments.RemoveAll(segment => segment.From == At(from * Day));
            segments.Add(new Segment(At(from * Day), state == State.Unknown ? State.Up : state, state, state == State.Unknown ? State.Down : state));
            if (from * Day + minutes < days * Day) segments.Add(new Segment(At(from * Day + minutes), State.Up, State.Up, State.Up));
        }
        return new TargetHistory("shop", Zero, At(days * Day), null, [.. segments]);
    }

    private static UpptimeFigure Theirs(decimal uptime, params (int Day, int Minutes)[] down) => new(
        "shop", "https://shop.example", "shop", "up", uptime, null, null, null, null, down.ToImmutableSortedDictionary(day => Zero.InUtc().Date.PlusDays(day.Day), day => day.Minutes));

    /// <summary>Their figure, as Upptime reckons it of so many minutes in 30 days.</summary>
    private static decimal Percent(decimal minutes) => decimal.Round(100 - minutes / (30 * 1_440) * 100, 2);

    private static FigureBeside Compare(TargetHistory ours, UpptimeFigure theirs, bool deletesShort = true, double writtenAt = 30) =>
        new UpptimeComparison(At(writtenAt * Day), deletesShort).Compare(ours, Site, theirs).Single(beside => beside.Period == "all");

    private static void Reason(FigureBeside beside, string rule, decimal points)
    {
        Assert.Equal(rule, beside.Reasons[0].Rule);
        Assert.Equal(points, beside.Reasons[0].Points, 2);
        Assert.True(Math.Abs(beside.Unexplained) < 0.005m, $"{beside.Unexplained}");
    }

    [Fact]
    public void Where_both_say_the_same_there_is_nothing_but_rounding()
    {
        var beside = Compare(Ours(30, (3, 120, State.Down)), Theirs(Percent(120), (3, 120)));
        Assert.True(Math.Abs(beside.Difference) < 0.01m);
        Assert.All(beside.Reasons, reason => Assert.Equal("rounding", reason.Rule));
    }

    [Fact]
    public void Short_outages_whose_issues_are_deleted_are_told_apart_from_those_without_an_issue()
    {
        var ours = Ours(30, (3, 14, State.Down), (4, 14, State.Down), (5, 14, State.Down));
        Reason(Compare(ours, Theirs(100)), "deleted_issues", -42m / 43_200 * 100);
        Reason(Compare(ours, Theirs(100), deletesShort: false), "no_issue", -42m / 43_200 * 100);
        Reason(Compare(Ours(30, (3, 60, State.Down)), Theirs(100)), "no_issue", -60m / 43_200 * 100);
    }

    [Fact]
    public void Minutes_that_no_commit_backs_are_theirs_alone_unless_it_was_degraded()
    {
        Reason(Compare(Ours(30), Theirs(Percent(300), (7, 300))), "only_theirs", 300m / 43_200 * 100);
        Reason(Compare(Ours(30, (7, 300, State.Degraded)), Theirs(Percent(300), (7, 300))), "degraded_counts", 300m / 43_200 * 100);
    }

    [Fact]
    public void One_that_is_still_down_counts_on_until_the_figure_was_reckoned()
    {
        // Down from day 20 on; the last commit is 12 h before the figure.
        var ours = Ours(29.5, (20, 20 * Day, State.Down));
        var theirs = Theirs(Percent(10 * 1_440), [.. Enumerable.Range(20, 10).Select(day => (day, 1_440))]);
        Reason(Compare(ours, theirs), "still_down", (1 - 9.5m / 29.5m) * 100 - Percent(10 * 1_440));
    }

    [Fact]
    public void Unknown_time_is_up_in_theirs()
    {
        var ours = Ours(30, (3, 1_440, State.Down), (10, 14_400, State.Unknown));
        Reason(Compare(ours, Theirs(Percent(1_440), (3, 1_440))), "unknown_time", (1 - 1m / 20) * 100 - Percent(1_440));
    }

    [Fact]
    public void A_record_that_begins_before_the_figure_does_is_said()
    {
        var ours = Ours(30, (1, 1_440, State.Down));
        var site = Site with { Started = At(10 * Day) };
        var beside = new UpptimeComparison(At(30 * Day), true).Compare(ours, site, Theirs(100)).Single(one => one.Period == "all");
        Reason(beside, "other_start", 100 - 1m / 30 * 100 - 100);
    }

    [Fact]
    public void When_the_figures_were_reckoned_is_read_out_of_an_open_issue()
    {
        var open = Theirs(50, (29, 1_440), (30, 45)) with { Status = "down" };
        Assert.Equal(At(30 * Day + 45), UpptimeComparison.WrittenAt([open], At(30 * Day - 60)));
        Assert.Equal(At(30 * Day - 60), UpptimeComparison.WrittenAt([open with { Status = "up" }], At(30 * Day - 60)));
    }
}
