using System.ComponentModel;
using Nines.Core.Time;
using NodaTime;

namespace Nines.Probing.Evm;

/// <summary>How old a node's head may be: a duration, or <c>off</c> for chains that make blocks on demand.</summary>
/// <param name="Limit">Null when switched off.</param>
[Description("Write a duration, for example 48s, or off.")]
public readonly record struct HeadAgeLimit(Duration? Limit)
{
    public static bool TryParse(string text, out HeadAgeLimit limit)
    {
        limit = default;
        if (text == "off") return true;
        if (!DurationText.TryParse(text, out var duration, out _) || duration <= Duration.Zero) return false;
        limit = new HeadAgeLimit(duration);
        return true;
    }

    public override string ToString() => Limit is { } limit ? DurationText.Print(limit) : "off";
}
