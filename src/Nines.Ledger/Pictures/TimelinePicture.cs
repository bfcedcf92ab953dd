using System.Globalization;
using System.Text;
using Nines.Core;
using Nines.Ledger.Outages;
using Nines.Ledger.Reports;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.Pictures;

/// <summary>
/// A report as a picture: a band a component, states as colours, what is sure and what is only possible as shades of them. SVG 1.1
/// with a style of its own, for light and dark, that stretches to any width from 320 pixels on while its text keeps its size. The same
/// ledger and report give the same bytes.
/// </summary>
public static class TimelinePicture
{
    private const int Head = 62, RowHeight = 46, BandHeight = 22, LegendRow = 20, FewRows = 100, MostNamedRows = 50;

    /// <summary>Beyond these the file would grow with the history; the longest outages are the ones that are named.</summary>
    private const int OutagesNamed = 2_000, OutagesNamedInRow = 40, LabelsInRow = 6;

    /// <summary>A name and the classes of its swatches.</summary>
    private static readonly (string Name, string[] Css)[] Legend =
    [
        ("up", ["u"]), ("degraded", ["d3"]), ("effectively down", ["e3"]), ("down", ["o3"]), ("maintenance", ["m"]), ("unknown: nobody looked", ["k"]),
        ("surely, likely, possibly", ["o3", "o2", "o1"]), ("not watched", ["z"]),
    ];

    /// <summary>Only where something is.</summary>
    private static readonly (string Name, string[] Css) DisputedLegend = ("disputed: corrected by hand", ["o3 x"]);

    /// <param name="ledger">The one that the report was made of.</param>
    public static string Of(LedgerProjection ledger, Report report)
    {
        var svg = new StringBuilder();
        var ticks = Axis.TicksOf(report.From, report.To);
        var rows = report.Components.Length;
        var legend = report.Components.Any(row => DisputedIn(ledger, report, row).Any()) ? [.. Legend, DisputedLegend] : Legend;
        var height = Head + rows * RowHeight + 14 + (legend.Length + 1) / 2 * LegendRow + 24;
        svg.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="{height}" role="img" aria-labelledby="t d">""").Append('\n');
        svg.Append("<title id=\"t\">").Append(Markup.Escape(TitleOf(report))).Append("</title>\n<desc id=\"d\">").Append(Markup.Escape(DescriptionOf(report))).Append("</desc>\n");
        svg.Append(PictureStyle.Text);
        svg.Append("<rect class=\"bg\" width=\"100%\" height=\"100%\"/>\n<svg x=\"3%\" width=\"94%\" height=\"100%\" overflow=\"visible\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"h\" y=\"20\">Availability, policy {Markup.Escape(report.Policy.Name)}/{report.Policy.Version}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"q\" y=\"37\">{WindowText(report)}</text>\n");
        AppendAxis(svg, ticks, rows);

        var toName = OutagesNamed;
        for (var i = 0; i < rows; i++)
            AppendRow(svg, ledger, report, i, ref toName);
        AppendLegend(svg, legend, Head + rows * RowHeight + 14);
        return svg.Append("</svg>\n</svg>\n").ToString();
    }

    private static string TitleOf(Report report) => $"Timelines from {InstantText.Of(report.From)} to {InstantText.Of(report.To)} UTC, policy {report.Policy.Name}";

    private static string WindowText(Report report)
    {
        var cut = report.To - report.From < Duration.FromDays(1) ? ".fff".Length : ":ss.fff".Length;
        var (from, to) = (InstantText.Of(report.From)[..^cut], InstantText.Of(report.To)[..^cut]);
        var end = from[..10] == to[..10] ? to[11..] : to;
        return $"{from} to {end} UTC, position {report.AsOf}";
    }

    /// <summary>For who does not see the picture: the figures, as far as they can be listened to.</summary>
    private static string DescriptionOf(Report report)
    {
        var said = report.Components.Take(MostNamedRows).Select(row => $"{row.Component}: {FigureOf(report, row)}, {row.Outages} {(row.Outages == 1 ? "outage" : "outages")}.");
        var left = report.Components.Length - MostNamedRows;
        return string.Join(' ', said) + (left > 0 ? $" And {left} more components." : "");
    }

    private static string FigureOf(Report report, ComponentReport row) => row.Availability is { } share ? report.Policy.Print(share.Likely) : "unknown";

    private static void AppendAxis(StringBuilder svg, List<Tick> ticks, int rows)
    {
        var bottom = Head + rows * RowHeight;
        foreach (var tick in ticks)
        {
            var x = Markup.Percent(tick.Share);
            var anchor = tick.Share < 0.04 ? "" : tick.Share > 0.96 ? " text-anchor=\"end\"" : " text-anchor=\"middle\"";
            var css = tick.Sparse ? "" : " w";
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"g{css}\" x1=\"{x}\" x2=\"{x}\" y1=\"58\" y2=\"{bottom}\"/><text class=\"q{css}\" x=\"{x}\" y=\"54\"{anchor}>{tick.Label}</text>\n");
        }
    }

    private static void AppendRow(StringBuilder svg, LedgerProjection ledger, Report report, int index, ref int toName)
    {
        var row = report.Components[index];
        if (ledger.Find(row.Component) is not { } component) throw new ArgumentException($"{row.Component} is in the report and not in the ledger.", nameof(ledger));
        var top = Head + index * RowHeight;
        var until = Instant.Min(report.To, component.Frontier ?? report.From);
        var begin = component.WatchedFrom is { } watched ? Instant.Max(report.From, watched) : until;
        var few = report.Components.Length <= FewRows;
        // 360 pixels are a phone: a band has four cells a pixel there, or two where there are many bands.
        var (cells, least) = few ? (1_440, 6) : (720, 3);
        var runs = begin < until ? Band.Of(component.Whole.Within(begin, until), report.From, report.To, cells, least) : [];

        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"n\" y=\"{top + 13}\">{Markup.Escape(row.Component.Value)}</text><text class=\"n\" x=\"100%\" y=\"{top + 13}\" text-anchor=\"end\">{FigureOf(report, row)}</text>\n");
        var outages = component.Outages.Where(outage => outage.Began.Earliest < report.To && outage.KnownUntil > report.From).OrderByDescending(outage => outage.Length.Likely).ThenBy(outage => outage.Began.Earliest).ToList();
        var named = Math.Min(Math.Min(outages.Count, few ? OutagesNamedInRow : 0), toName);
        toName -= named;

        var disputed = DisputedIn(ledger, report, row).ToList();
        svg.Append(CultureInfo.InvariantCulture, $"<svg y=\"{top + 18}\" height=\"{BandHeight}\" overflow=\"visible\"><title>{Markup.Escape(RowTitle(report, row, outages.Count, named, disputed))}</title><rect class=\"z\" width=\"100%\" height=\"{BandHeight}\"/>");
        AppendRuns(svg, runs, cells);
        foreach (var (from, to) in disputed) AppendDisputed(svg, from, to, report);
        var shown = outages.GetRange(0, named);
        foreach (var outage in shown) AppendTip(svg, outage, report);
        if (few) AppendLabels(svg, shown, report);
        svg.Append("</svg>\n");
    }

    /// <summary>What was seen down of a component, and somebody said that users were served; what touches is one.</summary>
    private static IEnumerable<(Instant From, Instant To)> DisputedIn(LedgerProjection ledger, Report report, ComponentReport row)
    {
        if (ledger.Find(row.Component) is not { WatchedFrom: { } watched, Frontier: { } frontier } component || !component.Outages.Any(outage => outage.CorrectedTime is not null)) yield break;
        var (from, to) = (Instant.Max(report.From, watched), Instant.Min(report.To, frontier));
        if (from >= to) yield break;
        (Instant From, Instant To)? last = null;
        foreach (var stretch in component.Whole.Within(from, to).Where(stretch => stretch.IsDisputed))
        {
            if (last is { } before && before.To == stretch.From)
            {
                last = (before.From, stretch.To);
                continue;
            }
            if (last is { } done) yield return done;
            last = (stretch.From, stretch.To);
        }
        if (last is { } rest) yield return rest;
    }

    private static void AppendDisputed(StringBuilder svg, Instant begin, Instant end, Report report)
    {
        var (from, to) = (ShareOf(begin, report), ShareOf(end, report));
        // As wide at least as what it lies over is drawn.
        if (to - from < 0.005) (from, to) = (Math.Max(0, (from + to) / 2 - 0.0025), Math.Min(1, (from + to) / 2 + 0.0025));
        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"x\" x=\"{Markup.Percent(from)}\" width=\"{Markup.Percent(to - from)}\" height=\"{BandHeight}\"/>");
    }

    private static string RowTitle(Report report, ComponentReport row, int outages, int named, List<(Instant From, Instant To)> disputed)
    {
        var text = $"{row.Component}: {FigureOf(report, row)} available, {PercentText.Of(row.Coverage, 1)} seen, {row.Outages} {(row.Outages == 1 ? "outage" : "outages")}";
        if (row.FalseAlarmsLeftOut > 0) text += $", without {Counted.Of(row.FalseAlarmsLeftOut, "false alarm")}";
        if (disputed.Count > 0) text += $", {SpokenDuration.Of(disputed.Aggregate(Duration.Zero, (sum, one) => sum + (one.To - one.From)))} of the time disputed";
        return named < outages && named > 0 ? $"{text}; the longest {(named == 1 ? "is" : $"{named} are")} named" : text;
    }

    private static void AppendRuns(StringBuilder svg, List<Run> runs, int cells)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<svg width=\"100%\" height=\"{BandHeight}\" viewBox=\"0 0 {cells} 2\" preserveAspectRatio=\"none\">");
        // Up lies under all the rest: that is shorter than to cut it out.
        if (runs.Count > 0) svg.Append(CultureInfo.InvariantCulture, $"<path class=\"u\" d=\"M{runs[0].From} 1h{runs[^1].To - runs[0].From}\"/>");
        foreach (var group in runs.Where(run => run.Shade is not (Shade.Up or Shade.Unknown)).GroupBy(run => run.Shade).OrderBy(group => group.Key))
        {
            svg.Append("<path class=\"").Append(CssOf(group.Key)).Append("\" d=\"");
            var at = -1;
            foreach (var run in group)
            {
                // From the end of the run before: what is relative is short.
                if (at < 0) svg.Append(CultureInfo.InvariantCulture, $"M{run.From} 1h{run.To - run.From}");
                else svg.Append(CultureInfo.InvariantCulture, $"m{run.From - at} 0h{run.To - run.From}");
                at = run.To;
            }
            svg.Append("\"/>");
        }
        svg.Append("</svg>");
        // Not in the stretched part: the hatching keeps its slant.
        foreach (var run in runs.Where(run => run.Shade == Shade.Unknown))
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"k\" x=\"{Markup.Percent((double)run.From / cells)}\" width=\"{Markup.Percent((double)(run.To - run.From) / cells)}\" height=\"{BandHeight}\"/>");
    }

    private static void AppendTip(StringBuilder svg, Outage outage, Report report)
    {
        var (from, to) = (ShareOf(outage.Began.Earliest, report), ShareOf(outage.KnownUntil, report));
        // Wide enough for a finger.
        var middle = (from + to) / 2;
        if (to - from < 0.02) (from, to) = (Math.Max(0, middle - 0.01), Math.Min(1, middle + 0.01));
        var tip = $"{outage.Id}: {outage.Worst.Word()} for {outage.Length}, from {InstantText.Of(outage.LikelyBegan)} UTC{(outage.IsOpen ? ", still open" : "")}. {outage.Cause.Kind.ToString().ToLowerInvariant()}: {Short(outage.Cause.Because)}";
        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"t\" x=\"{Markup.Percent(from)}\" width=\"{Markup.Percent(to - from)}\" height=\"{BandHeight}\"><title>{Markup.Escape(tip)}</title></rect>");
    }

    /// <summary>The names of the longest outages in their places, as many as do not run into each other on a phone.</summary>
    private static void AppendLabels(StringBuilder svg, List<Outage> outages, Report report)
    {
        var taken = new List<(double From, double To)>();
        foreach (var outage in outages)
        {
            if (taken.Count == LabelsInRow) break;
            var width = outage.Id.Length * 0.019;
            var (begin, end) = (ShareOf(outage.Began.Earliest, report), ShareOf(outage.KnownUntil, report));
            if (end - begin < width * 0.75) continue; // it would hide others
            var middle = (begin + end) / 2;
            var from = Math.Clamp(middle - width / 2, 0, Math.Max(0, 1 - width));
            if (taken.Exists(other => from < other.To + 0.01 && other.From - 0.01 < from + width)) continue;
            taken.Add((from, from + width));
            var (x, anchor) = from == 0 ? (0, "") : from >= 1 - width ? (1, " text-anchor=\"end\"") : (middle, " text-anchor=\"middle\"");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"l\" x=\"{Markup.Percent(x)}\" y=\"{BandHeight - 7}\"{anchor}>{Markup.Escape(outage.Id)}</text>");
        }
    }

    private static void AppendLegend(StringBuilder svg, (string Name, string[] Css)[] legend, int top)
    {
        for (var i = 0; i < legend.Length; i++)
        {
            var (x, y) = (i % 2 == 0 ? "0" : "50%", top + i / 2 * LegendRow);
            svg.Append(CultureInfo.InvariantCulture, $"<svg x=\"{x}\" y=\"{y}\" overflow=\"visible\">");
            var width = legend[i].Css.Length == 1 ? 14 : 7;
            for (var swatch = 0; swatch < legend[i].Css.Length; swatch++)
                foreach (var css in legend[i].Css[swatch].Split(' ')) svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{css}\" x=\"{swatch * width}\" width=\"{width}\" height=\"12\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"q\" x=\"{legend[i].Css.Length * width + 6}\" y=\"10\">{legend[i].Name}</text></svg>\n");
        }
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"q\" y=\"{top + (legend.Length + 1) / 2 * LegendRow + 12}\">Each spot shows the worst in it, however short.</text>\n");
    }

    private static string CssOf(Shade shade) => shade switch
    {
        Shade.Up => "u",
        Shade.Unknown => "k",
        Shade.Maintenance => "m",
        Shade.PossiblyDegraded => "d1",
        Shade.LikelyDegraded => "d2",
        Shade.SurelyDegraded => "d3",
        Shade.PossiblyEffectivelyDown => "e1",
        Shade.LikelyEffectivelyDown => "e2",
        Shade.SurelyEffectivelyDown => "e3",
        Shade.PossiblyDown => "o1",
        Shade.LikelyDown => "o2",
        Shade.SurelyDown => "o3",
        Shade.Nothing => throw new ArgumentOutOfRangeException(nameof(shade), shade, "is not drawn"),
    };

    private static double ShareOf(Instant instant, Report report) => Math.Clamp((instant - report.From) / (report.To - report.From), 0, 1);

    private static string Short(string text) => text.Length <= 160 ? text : text[..159] + "…";
}
