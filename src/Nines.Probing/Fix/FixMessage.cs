using System.Collections.Immutable;
using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Nines.Probing.Fix;

/// <summary>One field.</summary>
/// <param name="Tag">1 to 999,999,999.</param>
/// <param name="Value">Its bytes, as Latin-1.</param>
internal readonly record struct FixField(int Tag, string Value);

/// <summary>A message whose length and checksum are right.</summary>
/// <param name="BeginString">The version that it says it is of.</param>
/// <param name="Fields">All fields between MsgType and CheckSum, both left out, in order.</param>
/// <param name="Problem">What breaks the grammar inside it; null when nothing does. Fields up to there were read.</param>
internal sealed record FixMessage(string BeginString, string Type, ImmutableArray<FixField> Fields, string? Problem = null)
{
    private static readonly ImmutableArray<InstantPattern> Times =
    [
        .. new[] { "yyyyMMdd'-'HH':'mm':'ss", "yyyyMMdd'-'HH':'mm':'ss'.'fff", "yyyyMMdd'-'HH':'mm':'ss'.'ffffff", "yyyyMMdd'-'HH':'mm':'ss'.'fffffffff" }
            .Select(InstantPattern.CreateWithInvariantCulture),
    ];

    /// <summary>The first field of that tag; null when there is none.</summary>
    public string? this[int tag]
    {
        get
        {
            foreach (var field in Fields)
                if (field.Tag == tag)
                    return field.Value;
            return null;
        }
    }

    /// <summary>A whole number from 0; null when the field is missing or is none.</summary>
    public long? Number(int tag) => this[tag] is { Length: <= 18 } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    public decimal? Decimal(int tag) => this[tag] is { Length: <= 28 } text && decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    public bool Flag(int tag) => this[tag] == "Y";

    /// <summary>A UTCTimestamp; null when the field is missing or is none.</summary>
    public Instant? Time(int tag) => ParsedTime(tag)?.At;

    /// <summary>The same with what its digits leave open: 1 s, 1 ms, 1 µs or 1 ns.</summary>
    public (Instant At, Duration Granularity)? ParsedTime(int tag)
    {
        if (this[tag] is not { } text) return null;
        var digits = text.Length - 18 is > 0 and var behind ? behind : 0;
        var pattern = digits switch { 0 => Times[0], 3 => Times[1], 6 => Times[2], 9 => Times[3], _ => null };
        if (pattern is null || !pattern.Parse(text).TryGetValue(default, out var at)) return null;
        return (at, Duration.FromNanoseconds((long)Math.Pow(10, 9 - digits)));
    }

    public static string TimeText(Instant at) => Times[1].Format(at);
}
