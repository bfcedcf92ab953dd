using System.Text.RegularExpressions;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger.Pictures;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Testing;
using NodaTime;
using static Nines.Ledger.Tests.History;

namespace Nines.Ledger.Tests;

public sealed class PictureTests
{
    private const int Year = 365 * 86_400;

    private static string Draw(LedgerProjection ledger, double? from = null, double? to = null) =>
        TimelinePicture.Of(ledger, Reporter.Make(ledger, ShippedPolicies.Strict, from is { } f ? At(f) : null, to is { } t ? At(t) : null));

    private static XElement Parsed(string svg) => XDocument.Parse(svg).Root!;

    private static IEnumerable<string> PathsOf(string svg) =>
        Parsed(svg).Descendants().Where(element => element.Name.LocalName == "path").Select(path => $"{path.Attribute("class")!.Value}: {path.Attribute("d")!.Value}");

    [Fact]
    public void What_is_sure_likely_and_possible_are_shades_of_one_state_and_the_unseen_is_hatched()
    {
        var svg = Draw(ShopWith(1_440, [.. OutageOf("shop-1", 100, 120, 200, 240), Unseen(600), Up(700), Down(800, "x") with { Outage = null, Window = "patch@1" }, Up(900)]));

        Assert.Equal(
            [
                "u: M0 1h1440", "m: M800 1h100", "o1: M100 1h10m110 0h20", "o2: M110 1h10m80 0h20", "o3: M120 1h80",
            ], PathsOf(svg));
        var unseen = Assert.Single(Parsed(svg).Descendants(), element => element.Attribute("class")?.Value == "k" && element.Attribute("x")?.Value.EndsWith('%') == true);
        Assert.Equal(("41.667%", "6.944%"), (unseen.Attribute("x")!.Value, unseen.Attribute("width")!.Value));
    }

    [Fact]
    public void Disputed_time_is_hatched_in_its_place_told_in_words_and_in_the_legend_only_where_there_is_some()
    {
        History Told() => new History().Config(0, "shop").Started(0).Revised(1, 0, [Up(0)]).Revised(250, 100, OutageOf("shop-1", 100, 120, 200, 240)).Watched(1_000);
        Assert.DoesNotContain("disputed:", Draw(Told().Fold()), StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"x\"", Draw(Told().Fold()), StringComparison.Ordinal);
        var svg = Draw(Told().Add(new Core.Facts.OutageCorrected(At(1_000), "shop-1", "ada", Core.Facts.CorrectionClaim.FalseAlarm, "our proxy")).Fold());
        var hatched = Parsed(svg).Descendants().Where(element => element.Attribute("class")?.Value == "x").ToList();
        Assert.Equal(("10%", "14%"), (hatched[0].Attribute("x")!.Value, hatched[0].Attribute("width")!.Value));
        Assert.Equal(2, hatched.Count); // and the legend's swatch
        Assert.Contains("2m 20s of the time disputed", svg, StringComparison.Ordinal);
        Assert.Contains("disputed: corrected by hand", svg, StringComparison.Ordinal);
        Assert.Contains(PathsOf(svg), path => path.StartsWith("o3: ", StringComparison.Ordinal)); // what was seen stays under it
    }

    [Fact]
    public void A_row_says_as_many_outages_as_its_report_and_how_many_false_alarms_that_leaves_out()
    {
        var ledger = new History().Config(0, "shop").Started(0).Revised(1, 0, [Up(0)]).Revised(250, 100, OutageOf("shop-1", 100, 120, 200, 240)).Watched(1_000)
            .Add(new Core.Facts.OutageCorrected(At(1_000), "shop-1", "ada", Core.Facts.CorrectionClaim.FalseAlarm, "our proxy")).Fold();
        var svg = TimelinePicture.Of(ledger, Reporter.Make(ledger, ShippedPolicies.Strict with { Corrections = CorrectionCounts.AsCorrected }));
        Assert.Contains("seen, 0 outages, without 1 false alarm, 2m 20s of the time disputed", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("1 outage", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_hatched_is_told_from_every_shade_under_it_in_the_light_and_in_the_dark()
    {
        var style = Draw(new History().Config(0, "shop").Started(0).Revised(1, 0, [Up(0)]).Watched(1_000).Fold());
        var dark = style.IndexOf("@media (prefers-color-scheme:dark)", StringComparison.Ordinal);
        foreach (var part in (string[])[style[..dark], style[dark..]])
        {
            string ColorOf(string css) => Regex.Match(part, $@"\.{css}\{{(?:fill|stroke):(#[0-9a-f]+)").Groups[1].Value;
            foreach (var shade in (string[])["d1", "d2", "d3", "e1", "e2", "e3", "o1", "o2", "o3"])
                Assert.True(Math.Max(Contrast(ColorOf("x1"), ColorOf(shade)), Contrast(ColorOf("x2"), ColorOf(shade))) >= 3, $"{shade} {ColorOf(shade)}");
        }

        // WCAG 2.2, relative luminance and contrast ratio.
        static double Contrast(string one, string other)
        {
            var (a, b) = (Luminance(one), Luminance(other));
            return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
        }
        static double Luminance(string hex)
        {
            var digits = hex.Length == 4 ? string.Concat(hex[1..].Select(c => $"{c}{c}")) : hex[1..];
            var linear = Convert.FromHexString(digits).Select(value => value / 255.0).Select(value => value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4)).ToArray();
            return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
        }
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(Year - 2)]
    [InlineData(0)]
    public void A_second_of_a_year_is_seen(int at)
    {
        LedgerProjection ledger = ShopWith(Year, at == 0 ? [] : [Down(at, "shop-1"), Up(at + 1)]);
        if (at == 0) ledger = new History().Config(0, "shop").Started(0).Revised(1, 0, Down(0, "shop-1"), Up(1)).Watched(Year).Fold();

        Assert.Matches("^o3: M[0-9]+ 1h6$", PathsOf(Draw(ledger)).Last());
    }

    [Fact]
    public void A_cell_never_shows_better_than_the_worst_that_was_in_it() => Prop.ForAll((
        from starts in Gen.Choose(1, 9_999).ArrayOf(30)
        from states in Gen.Choose(0, 3).ArrayOf(31)
        select (Starts: starts.Distinct().Order().ToArray(), states)).ToArbitrary(), test =>
    {
        Segment[] segments = [.. test.Starts.Prepend(0).Select((start, i) => new Segment(At(start), (State)test.states[i], (State)test.states[i], (State)test.states[i]))];
        var track = new Track();
        track.Revise(At(0), segments);
        const int cells = 100;
        var runs = Band.Of(track.Within(At(0), At(10_000)), At(0), At(10_000), cells, 3);
        var inOrder = runs[0].From == 0 && runs[^1].To == cells && runs.Zip(runs.Skip(1)).All(pair => pair.First.To == pair.Second.From && pair.First.Shade != pair.Second.Shade);
        return inOrder && Enumerable.Range(0, cells).All(cell =>
        {
            var worst = track.Within(At(cell * 100), At((cell + 1) * 100)).Max(stretch => stretch.Segment.Likely);
            var shown = runs.Single(run => run.From <= cell && cell < run.To).Shade;
            return shown >= worst switch { State.Up => Shade.Up, State.Degraded => Shade.SurelyDegraded, State.EffectivelyDown => Shade.SurelyEffectivelyDown, _ => Shade.SurelyDown };
        });
    }).Check(SameDraws.Config.WithMaxTest(500));

    [Fact]
    public void Nothing_is_drawn_before_the_first_look_nor_beyond_the_frontier()
    {
        var ledger = new History().Config(0, "shop", "api").Started(0).Revised(1, 500, Up(500)).RevisedFor("api", null, 1, 0, Up(0)).Watched(1_000).Fold();

        Assert.Equal(["u: M0 1h1440", "u: M720 1h720"], PathsOf(Draw(ledger)));
    }

    [Fact]
    public void Text_of_a_target_stays_text()
    {
        var cause = new Cause(CauseKind.Technical, "<script>alert('x')</script>&\"\u0000\ud800]]>\u0085");
        var svg = Draw(ShopWith(1_000, Down(100, "shop-1", cause: cause), Up(200)));

        Assert.DoesNotContain("<script", svg, StringComparison.OrdinalIgnoreCase);
        var tip = Assert.Single(Parsed(svg).Descendants(), element => element.Name.LocalName == "title" && element.Value.StartsWith("shop-1", StringComparison.Ordinal));
        Assert.EndsWith("technical: <script>alert('x')</script>&\"\ufffd\ufffd]]>\ufffd", tip.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void It_has_a_title_and_figures_for_who_does_not_see_it_and_no_script_font_or_link_from_elsewhere()
    {
        var root = Parsed(Draw(ShopWith(1_000, Down(100, "shop-1"), Up(200))));

        Assert.Equal("Timelines from 2026-01-01 00:00:00.000 to 2026-01-01 00:16:40.000 UTC, policy strict", root.Elements().First().Value);
        Assert.Equal("shop: 90.000 %, 1 outage.", root.Elements().ElementAt(1).Value);
        Assert.Equal("t d", root.Attribute("aria-labelledby")!.Value);
        Assert.DoesNotContain(root.Descendants(), element => element.Name.LocalName is "script" or "image" or "use" or "foreignObject" or "a");
        Assert.DoesNotContain("http", Draw(ShopWith(1_000)).Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 10, "00:00:00 00:00:02 00:00:04 00:00:06 00:00:08 00:00:10")]
    [InlineData(5, 605, "00:02 00:04 00:06 00:08 00:10")]
    [InlineData(0, 86_400, "01-01 03:00 06:00 09:00 12:00 15:00 18:00 21:00 01-02")]
    [InlineData(0, 7 * 86_400, "01-01 01-02 01-03 01-04 01-05 01-06 01-07 01-08")]
    [InlineData(0, 30 * 86_400, "01-05 01-12 01-19 01-26")]
    [InlineData(0, Year, "2026-01 2026-03 2026-05 2026-07 2026-09 2026-11 2027-01")]
    [InlineData(0, 10 * Year, "2026-01 2028-01 2030-01 2032-01 2034-01")]
    public void The_axis_has_a_few_round_instants(int from, int to, string labels) => Assert.Equal(labels, string.Join(' ', Axis.TicksOf(At(from), At(to)).Select(tick => tick.Label)));

    [Fact]
    public void The_axis_of_any_window_has_at_most_nine_marks_within_it() => Prop.ForAll(
        (from start in Gen.Choose(0, 2_000_000_000) from length in Gen.Choose(1, 2_000_000_000) select (start, length)).ToArbitrary(), test =>
        {
            var ticks = Axis.TicksOf(At(test.start), At((double)test.start + test.length));
            return ticks.Count <= 9 && ticks.All(tick => tick.Share is >= 0 and <= 1) && ticks.Zip(ticks.Skip(1)).All(pair => pair.First.Share < pair.Second.Share);
        }).Check(SameDraws.Config.WithMaxTest(1_000));

    [Fact]
    public void The_same_position_gives_the_same_bytes() => Assert.Equal(Draw(Thousand(20)), Draw(Thousand(20)));

    [Fact]
    public void A_year_of_a_thousand_components_is_less_than_a_megabyte_and_ten_times_the_components_are_ten_times_the_work()
    {
        var (hundred, small) = Worked(100);
        var (thousand, svg) = Worked(1_000);
        TestContext.Current.SendDiagnosticMessage($"{svg.Length:N0} characters; {thousand / 1_000 / 1_000:N0} kB allocated a component");

        Assert.InRange(svg.Length, 100_000, 1_000_000);
        Assert.True(small.Length < svg.Length);
        // What is allocated, not how long it takes: other programs share the machine, and the clock is theirs too.
        Assert.InRange(thousand, 0, 15 * hundred);
        Assert.InRange(thousand / 1_000, 0, 60_000);
    }

    /// <summary>Bytes that drawing a year of so many components allocates, and the picture.</summary>
    private static (long Bytes, string Svg) Worked(int components)
    {
        var ledger = Thousand(components);
        var report = Reporter.Make(ledger, ShippedPolicies.Strict);
        TimelinePicture.Of(ledger, report);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var svg = TimelinePicture.Of(ledger, report);
        return (GC.GetAllocatedBytesForCurrentThread() - before, svg);
    }

    /// <summary>A year in which each component had 40 outages of seconds to hours, some of them unseen in part.</summary>
    private static LedgerProjection Thousand(int components)
    {
        var names = Enumerable.Range(0, components).Select(i => $"component-{i:0000}").ToArray();
        var history = new History().Config(0, names).Started(0);
        var random = new Random(1);
        foreach (var name in names)
        {
            var segments = new List<Segment> { Up(0) };
            for (var i = 0; i < 40; i++)
            {
                double at = (i + random.NextDouble() * 0.9) * Year / 40, length = Math.Pow(10, 1 + random.NextDouble() * 3);
                segments.AddRange(OutageOf($"{name}-{i}", at, at + 2, at + 2 + length, at + 4 + length, i % 3 == 0 ? State.EffectivelyDown : State.Down));
                if (i % 10 == 0) segments.AddRange([Unseen(at + 20_000), Up(at + 25_000)]);
            }
            history.RevisedFor(name, null, 1, 0, [.. segments]);
        }
        return history.Watched(Year).Fold();
    }
}
