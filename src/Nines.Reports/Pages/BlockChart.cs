using System.Text;

namespace Nines.Reports.Pages;

/// <summary>Charts of block characters, for terminals and Markdown.</summary>
public static class BlockChart
{
    public const string Legend = "█ up, ▓ degraded, ▄ partly down, ▁ mostly down, ░ maintenance, ? mostly unknown, . not judged";

    private const string Steps = "▁▂▃▄▅▆▇█";

    private const int BarCells = 20;

    /// <summary>One character a day: the worst that it says of the day, unknown never as up.</summary>
    public static string Of(Block.Days days) => string.Concat(days.Items.Select(day => day switch
    {
        { Down: var down, EffectivelyDown: var effectively } when down + effectively > 0 => down + effectively > 0.5 ? '▁' : '▄',
        { Unknown: > 0.5 } => '?',
        { Degraded: > 0 } => '▓',
        { Maintenance: > 0 } => '░',
        { Unknown: > 0 } => '?',
        { Up: > 0 } => '█',
        _ => '.',
    }));

    /// <summary>One character a period, between the least and the most; ? where nothing is known.</summary>
    public static string Of(Block.Trend trend)
    {
        var known = trend.Marks.Where(mark => mark.Likely is not null).Select(mark => mark.Likely!.Value).ToList();
        if (known.Count == 0) return new string('?', trend.Marks.Length);
        var (least, most) = (known.Min(), known.Max());
        return string.Concat(trend.Marks.Select(mark => mark.Likely is { } share ? Steps[most > least ? (int)Math.Round((share - least) / (most - least) * (Steps.Length - 1)) : Steps.Length - 1] : '?'));
    }

    /// <summary>Full blocks up to the likely amount, light ones up to the high one.</summary>
    public static string Of(Bar bar, Block.Bars among)
    {
        var most = among.Items.Max(one => one.High);
        if (most <= 0) return "";
        var (likely, high) = ((int)Math.Round(bar.Likely / most * BarCells), (int)Math.Round(bar.High / most * BarCells));
        return new StringBuilder().Append('█', likely).Append('░', Math.Max(0, high - likely)).ToString();
    }
}
