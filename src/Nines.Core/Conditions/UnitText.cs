using System.Globalization;
using System.Numerics;
using Nines.Core.Observations;

namespace Nines.Core.Conditions;

/// <summary>How literals with units are written, and what they are in the unit that a signal is held in.</summary>
internal static class UnitText
{
    /// <summary>Whole numbers up to here are exact in a double.</summary>
    private static readonly BigInteger ExactInDouble = BigInteger.One << 53;

    private static readonly (string Word, decimal Factor)[] Durations =
        [("d", 86_400m), ("h", 3_600m), ("m", 60m), ("s", 1m), ("ms", 1e-3m), ("us", 1e-6m), ("µs", 1e-6m), ("ns", 1e-9m)];

    private static readonly (string Word, decimal Factor)[] Sizes =
        [("B", 1m), ("kB", 1e3m), ("MB", 1e6m), ("GB", 1e9m), ("KiB", 1024m), ("MiB", 1_048_576m), ("GiB", 1_073_741_824m)];

    private static readonly (string Word, decimal Factor)[] Heights = [("block", 1m), ("blocks", 1m)];
    private static readonly (string Word, decimal Factor)[] Shares = [("%", 0.01m)];

    /// <summary>The words that may stand behind a number of this unit.</summary>
    public static ReadOnlySpan<(string Word, decimal Factor)> Words(SignalUnit unit) => unit switch
    {
        SignalUnit.Seconds => Durations,
        SignalUnit.Bytes => Sizes,
        SignalUnit.Blocks => Heights,
        SignalUnit.Ratio => Shares,
        SignalUnit.None or SignalUnit.Flag or SignalUnit.Text or SignalUnit.Any => [],
    };

    public static decimal? Factor(SignalUnit unit, string word)
    {
        foreach (var (known, factor) in Words(unit))
            if (known == word || word.Length == 2 && word[0] == 'μ' && known == "µs" && word[1] == 's')
                return factor;
        return null;
    }

    /// <summary>What a message calls the unit.</summary>
    public static string Describe(SignalUnit unit) => unit switch
    {
        SignalUnit.None => "a plain number",
        SignalUnit.Seconds => "a duration",
        SignalUnit.Blocks => "a number of blocks",
        SignalUnit.Bytes => "a size",
        SignalUnit.Ratio => "a share",
        SignalUnit.Flag => "true or false",
        SignalUnit.Text => "a text",
        SignalUnit.Any => "whatever the answer holds",
    };

    /// <summary>A literal of that unit, for a message to show.</summary>
    public static string Example(SignalUnit unit) => unit switch
    {
        SignalUnit.None => "200",
        SignalUnit.Seconds => "800ms",
        SignalUnit.Blocks => "3 blocks",
        SignalUnit.Bytes => "10 KiB",
        SignalUnit.Ratio => "5%",
        SignalUnit.Flag => "true",
        SignalUnit.Text => "\"ok\"",
        SignalUnit.Any => "\"ok\"",
    };

    /// <summary>The number as it would be with the unit that was probably meant.</summary>
    public static string WithUnit(string digits, SignalUnit unit, bool isAge)
    {
        var number = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
        return unit switch
        {
            // An age is told in seconds or more; a round trip of hundreds is meant in milliseconds.
            SignalUnit.Seconds => digits + (!isAge && number >= 20 ? "ms" : "s"),
            SignalUnit.Blocks => digits + (number == 1 ? " block" : " blocks"),
            SignalUnit.Bytes => digits + " B",
            SignalUnit.Ratio => digits + "%",
            SignalUnit.None or SignalUnit.Flag or SignalUnit.Text or SignalUnit.Any => digits,
        };
    }

    /// <returns>The number times the factor, by decimal arithmetic where it is exact: 800 ms is 0.8 s and 5 % is 0.05, to the last bit.</returns>
    public static double Convert(string digits, decimal factor)
    {
        var number = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (factor == 1m) return number;
        return Math.Abs(number) < 1e15 && decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)
            ? (double)(exact * factor)
            : number * (double)factor;
    }

    /// <returns>The whole number that the digits say, if it is one that a double cannot hold exactly; else null.</returns>
    public static BigInteger? BeyondDouble(string digits) =>
        ExactDecimal.TryParse(digits, out var exact) && exact.IsWhole && BigInteger.Abs(exact.Unscaled) > ExactInDouble ? exact.Unscaled : null;

    /// <summary>Whose word it is; null when it is no unit's.</summary>
    public static SignalUnit? UnitOf(string word)
    {
        foreach (var unit in (ReadOnlySpan<SignalUnit>)[SignalUnit.Seconds, SignalUnit.Blocks, SignalUnit.Bytes, SignalUnit.Ratio])
            if (Factor(unit, word) is not null)
                return unit;
        return null;
    }

    /// <summary>An exact number of that unit as it would be written: in the largest word in which it is whole.</summary>
    public static string Print(ExactDecimal value, SignalUnit unit)
    {
        ReadOnlySpan<(string Word, decimal Factor)> words = unit switch
        {
            SignalUnit.Seconds => Durations,
            SignalUnit.Bytes => [("GiB", 1_073_741_824m), ("MiB", 1_048_576m), ("KiB", 1024m)],
            SignalUnit.Ratio => Shares,
            SignalUnit.None or SignalUnit.Blocks or SignalUnit.Flag or SignalUnit.Text or SignalUnit.Any => [],
        };
        var space = unit == SignalUnit.Bytes ? " " : "";
        foreach (var (word, factor) in words)
            if (value.Sign != 0 && value.DividedBy(Exactly(factor)) is { } scaled && (scaled.IsWhole || unit == SignalUnit.Ratio))
                return Digits(scaled) + space + word;
        return Digits(value) + unit switch
        {
            SignalUnit.Seconds => "s",
            SignalUnit.Bytes => " B",
            SignalUnit.Ratio => "%",
            SignalUnit.Blocks => value == new ExactDecimal(1) ? " block" : " blocks",
            SignalUnit.None or SignalUnit.Flag or SignalUnit.Text or SignalUnit.Any => "",
        };
    }

    public static ExactDecimal Exactly(decimal factor) =>
        ExactDecimal.TryParse(factor.ToString(CultureInfo.InvariantCulture), out var exact) ? exact : throw new ArgumentOutOfRangeException(nameof(factor));

    /// <summary>With an exponent where that is shorter: 1e18.</summary>
    private static string Digits(ExactDecimal value)
    {
        if (value.Scale > 15) return $"{value.Unscaled.ToString(CultureInfo.InvariantCulture)}e-{value.Scale}";
        var plain = value.ToString();
        var zeros = plain.Length - plain.AsSpan().TrimEnd('0').Length;
        return value.IsWhole && zeros >= 6 && value.Sign != 0 ? $"{plain[..^zeros]}e{zeros}" : plain;
    }

    /// <summary>The number in the form that a person would write, as long as it reads back to the same bits.</summary>
    public static string Print(double value, SignalUnit unit)
    {
        var plain = value.ToString("R", CultureInfo.InvariantCulture);
        switch (unit)
        {
            case SignalUnit.Seconds:
                return Scaled(value, Durations) ?? plain + "s";
            case SignalUnit.Bytes:
                return Scaled(value, [("GiB", 1_073_741_824m), ("MiB", 1_048_576m), ("KiB", 1024m)], wholeOnly: true, " ") ?? plain + " B";
            case SignalUnit.Ratio:
                return Scaled(value, Shares) ?? plain;
            case SignalUnit.Blocks:
                return plain + (value == 1 ? " block" : " blocks");
            case SignalUnit.None or SignalUnit.Flag or SignalUnit.Text or SignalUnit.Any:
                return plain;
            default:
                throw new ArgumentOutOfRangeException(nameof(unit), unit, "is not a unit");
        }
    }

    /// <summary>In the first unit in which the number is whole (or, the last resort, at least 1), if it reads back to the same bits.</summary>
    private static string? Scaled(double value, ReadOnlySpan<(string Word, decimal Factor)> units, bool wholeOnly = false, string space = "")
    {
        if (value == 0 || Math.Abs(value) > 1e15 || Math.Abs(value) < 1e-12) return null;
        var exact = (decimal)value;
        foreach (var (word, factor) in units)
        {
            var scaled = exact / factor;
            if (Math.Abs(scaled) < 1 || (wholeOnly || factor > 1) && scaled != decimal.Truncate(scaled)) continue;
            var digits = scaled.ToString("0.############################", CultureInfo.InvariantCulture);
            if (Convert(digits, factor).Equals(value)) return digits + space + word;
        }
        return null;
    }
}
