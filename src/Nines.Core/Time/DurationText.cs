using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NodaTime;

namespace Nines.Core.Time;

/// <summary>Durations as configs write them: a number with a unit (ns, us, ms, s, m, h, d), or several from large to small: <c>1m30s</c>.</summary>
public static partial class DurationText
{
    private static readonly (string Unit, decimal Nanoseconds)[] Units =
        [("d", 86_400e9m), ("h", 3_600e9m), ("m", 60e9m), ("s", 1e9m), ("ms", 1e6m), ("us", 1e3m), ("ns", 1m)];

    /// <summary>Longest duration that is read: 100 years. A longer one is a slip of the keyboard.</summary>
    public static readonly Duration Longest = Duration.FromDays(36_525);

    /// <summary>Parses a text that is known to be right, as in an attribute.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static Duration Parse(string text) =>
        TryParse(text, out var duration, out var problem) ? duration : throw new FormatException(problem);

    /// <param name="problem">What is wrong with it and what to write, to be said behind the value.</param>
    public static bool TryParse(string text, out Duration duration, out string problem)
    {
        duration = Duration.Zero;
        problem = "";
        var match = Form().Match(text);
        if (!match.Success)
        {
            problem = PlainNumber().IsMatch(text)
                ? $"needs a unit. Try {text}s."
                : "is not a duration. Write a number with its unit (ms, s, m, h, d), for example 30s or 1m30s.";
            return false;
        }
        var total = 0m;
        var last = decimal.MaxValue;
        for (var i = 0; i < match.Groups[1].Captures.Count; i++)
        {
            var unit = match.Groups[2].Captures[i].Value;
            var nanoseconds = Array.Find(Units, known => known.Unit == unit).Nanoseconds;
            if (nanoseconds >= last)
            {
                problem = "is not a duration: its parts go from large to small, for example 1m30s.";
                return false;
            }
            last = nanoseconds;
            total += decimal.Parse(match.Groups[1].Captures[i].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * nanoseconds;
        }
        if (total > (decimal)Longest.TotalNanoseconds)
        {
            problem = "is longer than 100 years.";
            return false;
        }
        duration = Duration.FromNanoseconds((long)total);
        return true;
    }

    /// <summary>The canonical form: 90 s is <c>1m30s</c>, 1.5 s is <c>1s500ms</c>; zero is <c>0s</c>.</summary>
    public static string Print(Duration duration)
    {
        var rest = (decimal)duration.TotalNanoseconds;
        if (rest == 0) return "0s";
        var text = new StringBuilder();
        if (rest < 0) text.Append('-');
        rest = Math.Abs(rest);
        foreach (var (unit, nanoseconds) in Units)
        {
            var count = decimal.Truncate(rest / nanoseconds);
            if (count == 0) continue;
            text.Append(CultureInfo.InvariantCulture, $"{count:0}{unit}");
            rest -= count * nanoseconds;
        }
        return text.ToString();
    }

    // At most 12 digits before the point: the sum of any seven parts then fits a decimal.
    [GeneratedRegex(@"\A(?:([0-9]{1,12}(?:\.[0-9]{1,9})?)(d|h|ms|m|us|s|ns))+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    [GeneratedRegex(@"\A[0-9]+(\.[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainNumber();
}
