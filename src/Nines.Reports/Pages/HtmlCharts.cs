using System.Globalization;
using System.Text;
using Nines.Ledger.Pictures;

namespace Nines.Reports.Pages;

/// <summary>Charts as SVG within the page. Positions are shares of the width, so that they fit any; what is said by colour is said by text too.</summary>
internal static class HtmlCharts
{
    /// <summary>Height of a strip, in its own units, and what a state that is not up takes at least of it: a minute in a day must be seen.</summary>
    private const double StripHeight = 36, Least = 3;

    private const int TrendTop = 14, TrendHeight = 92;

    public const string Legend =
        "<p class=\"legend\"><i class=\"u\"></i> up <i class=\"d\"></i> degraded <i class=\"e\"></i> effectively down <i class=\"o\"></i> down <i class=\"m\"></i> maintenance <i class=\"k\"></i> unknown: nobody looked. Each column is a day, its heights shares of the day; what was short is drawn larger than it was.</p>\n";

    public static void Append(StringBuilder html, Block.Days days)
    {
        if (days.Items.IsEmpty) return;
        html.Append(CultureInfo.InvariantCulture, $"<figure class=\"strip\"><svg role=\"img\" aria-label=\"{Markup.Escape(LabelOf(days))}\" width=\"100%\" height=\"{StripHeight}\" viewBox=\"0 0 {days.Items.Length * 10} {StripHeight}\" preserveAspectRatio=\"none\">");
        for (var i = 0; i < days.Items.Length; i++) AppendDay(html, days.Items[i], i * 10);
        html.Append(CultureInfo.InvariantCulture, $"</svg><figcaption><span>{days.Items[0].Date}</span><span>{days.Items[^1].Date}</span></figcaption></figure>\n");
    }

    private static string LabelOf(Block.Days days)
    {
        var odd = days.Items.Where(day => day.Degraded + day.EffectivelyDown + day.Down + day.Maintenance + day.Unknown > 0).ToList();
        var told = string.Join("; ", odd.Take(40).Select(day => day.Text));
        return odd.Count == 0 ? $"{days.Name}: up on every day that is judged" : $"{days.Name}. {told}{(odd.Count > 40 ? $"; and {odd.Count - 40} more days" : "")}";
    }

    private static void AppendDay(StringBuilder html, DayBar day, int x)
    {
        html.Append(CultureInfo.InvariantCulture, $"<g><title>{Markup.Escape(day.Text)}</title>");
        (string Css, double Share)[] stack = [("o", day.Down), ("e", day.EffectivelyDown), ("d", day.Degraded), ("m", day.Maintenance), ("k", day.Unknown)];
        var judged = stack.Sum(part => part.Share) + day.Up;
        if (judged <= 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<rect class=\"z\" x=\"{x}\" width=\"9\" height=\"{StripHeight}\"/></g>");
            return;
        }
        var used = 0.0;
        foreach (var (css, share) in stack)
        {
            if (share <= 0) continue;
            var height = Math.Min(StripHeight - used, Math.Max(Least, share * StripHeight));
            used += height;
            html.Append(CultureInfo.InvariantCulture, $"<rect class=\"{css}\" x=\"{x}\" y=\"{StripHeight - used:0.##}\" width=\"9\" height=\"{height:0.##}\"/>");
        }
        var up = Math.Min(StripHeight - used, day.Up * StripHeight);
        // Of a day in progress the rest is empty; of one that is over, up takes what the others leave.
        if (judged > 0.9999) up = day.Up > 0 ? StripHeight - used : 0;
        if (up > 0) html.Append(CultureInfo.InvariantCulture, $"<rect class=\"u\" x=\"{x}\" y=\"{StripHeight - used - up:0.##}\" width=\"9\" height=\"{up:0.##}\"/>");
        html.Append("</g>");
    }

    public static void Append(StringBuilder html, Block.Trend trend)
    {
        var known = trend.Marks.Where(mark => mark.Low is not null).ToList();
        if (known.Count < 2) return; // one point is no trend; its figure stands above
        var (least, most) = (known.Min(mark => mark.Low!.Value), known.Max(mark => mark.High!.Value));
        if (most - least < 1e-9) least = most - 1e-4;
        double Y(double share) => TrendTop + (most - share) / (most - least) * TrendHeight;
        var label = string.Join("; ", trend.Marks.Select(mark => $"{mark.Label}: {mark.Text}"));
        html.Append(CultureInfo.InvariantCulture, $"<figure><svg role=\"img\" aria-label=\"{Markup.Escape($"{trend.Caption}. {label}")}\" width=\"100%\" height=\"{TrendTop + TrendHeight + 34}\">");
        foreach (var share in new[] { most, least })
            html.Append(CultureInfo.InvariantCulture, $"<line class=\"g\" x1=\"0\" x2=\"100%\" y1=\"{Y(share):0.#}\" y2=\"{Y(share):0.#}\"/><text class=\"q\" x=\"0\" y=\"{Y(share) + (share == most ? -3 : 12):0.#}\">{PercentOf(share, most - least)}</text>");
        for (var i = 0; i < trend.Marks.Length; i++)
        {
            var mark = trend.Marks[i];
            var x = Markup.Percent(0.12 + 0.84 * (i + 0.5) / trend.Marks.Length);
            var wide = trend.Marks.Length > 7 && i % 2 != (trend.Marks.Length - 1) % 2 ? " w" : "";
            html.Append(CultureInfo.InvariantCulture, $"<g><title>{Markup.Escape($"{mark.Label}: {mark.Text}")}</title>");
            if (mark is { Low: { } low, Likely: { } likely, High: { } high })
                html.Append(CultureInfo.InvariantCulture, $"<line class=\"whisker\" x1=\"{x}\" x2=\"{x}\" y1=\"{Y(high):0.#}\" y2=\"{Y(low):0.#}\"/><circle class=\"dot\" cx=\"{x}\" cy=\"{Y(likely):0.#}\" r=\"3.5\"/>");
            else
                html.Append(CultureInfo.InvariantCulture, $"<text class=\"q\" x=\"{x}\" y=\"{TrendTop + TrendHeight / 2}\" text-anchor=\"middle\">?</text>");
            html.Append(CultureInfo.InvariantCulture, $"<text class=\"q{wide}\" x=\"{x}\" y=\"{TrendTop + TrendHeight + 30}\" text-anchor=\"middle\">{Markup.Escape(mark.Label)}</text></g>");
        }
        html.Append(CultureInfo.InvariantCulture, $"</svg><figcaption>{Markup.Escape(trend.Caption)}</figcaption></figure>\n");
    }

    private static string PercentOf(double share, double range)
    {
        var decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(Math.Max(range * 100, 1e-9))) + 1, 1, 6);
        return Ledger.Text.PercentText.Of((decimal)Math.Clamp(share, 0, 1), decimals);
    }

    public static void Append(StringBuilder html, Block.Bars bars)
    {
        if (bars.Items.IsEmpty)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p>{Markup.Escape(bars.Caption)}: nothing.</p>\n");
            return;
        }
        var most = Math.Max(bars.Items.Max(bar => bar.High), 1e-30);
        html.Append(CultureInfo.InvariantCulture, $"<table class=\"bars\">\n<caption>{Markup.Escape(bars.Caption)}</caption>\n<tbody>\n");
        foreach (var bar in bars.Items)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Markup.Escape(bar.Label)}</th><td class=\"bar\"><svg aria-hidden=\"true\" width=\"100%\" height=\"16\"><rect class=\"b\" width=\"{Markup.Percent(bar.Likely / most)}\" height=\"16\"/>");
            if (bar.High > bar.Low) html.Append(CultureInfo.InvariantCulture, $"<line class=\"whisker\" x1=\"{Markup.Percent(bar.Low / most)}\" x2=\"{Markup.Percent(bar.High / most)}\" y1=\"8\" y2=\"8\"/>");
            html.Append(CultureInfo.InvariantCulture, $"</svg></td><td class=\"n\">{Markup.Escape(bar.Text)}</td></tr>\n");
        }
        html.Append("</tbody>\n</table>\n");
    }
}
