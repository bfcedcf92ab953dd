using System.Globalization;
using System.Text.RegularExpressions;

namespace Nines.Cli.Import;

/// <summary>Durations as Go and Prometheus write them: <c>1m30s</c>, <c>500ms</c>, <c>1.5h</c>; also <c>d</c>, <c>w</c>, <c>y</c>. A bare number is seconds.</summary>
internal static partial class GoDuration
{
    /// <returns>Seconds; null when the text is no duration.</returns>
    public static decimal? Seconds(string text)
    {
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var bare)) return bare < MostSeconds ? bare : null;
        if (text.Length > 40 || !Form().IsMatch(text)) return null;
        decimal total = 0;
        foreach (Match part in Part().Matches(text))
        {
            var unit = part.Groups[2].Value switch { "ns" => 1e-9m, "us" or "µs" => 1e-6m, "ms" => 1e-3m, "s" => 1m, "m" => 60m, "h" => 3_600m, "d" => 86_400m, "w" => 604_800m, _ => 31_536_000m };
            if (!decimal.TryParse(part.Groups[1].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > MostSeconds) return null;
            total += number * unit;
        }
        return total < MostSeconds ? total : null;
    }

    /// <summary>A hundred years.</summary>
    private const decimal MostSeconds = 3_153_600_000;

    /// <summary>As a config writes it.</summary>
    public static string Text(decimal seconds) => seconds switch
    {
        >= 86_400 when seconds % 86_400 == 0 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86_400:0}d"),
        >= 3_600 when seconds % 3_600 == 0 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3_600:0}h"),
        >= 60 when seconds % 60 == 0 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0}m"),
        _ when seconds % 1 == 0 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0}s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Round(seconds * 1000)):0}ms"),
    };

    [GeneratedRegex(@"\A([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h|d|w|y))+\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Form();

    [GeneratedRegex(@"([0-9.]+)(ns|us|µs|ms|s|m|h|d|w|y)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Part();
}
