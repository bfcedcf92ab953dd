using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using NodaTime;

namespace Nines.Core.Observations;

/// <summary>The unit that a signal's number is held in. Literals in conditions are converted to it once, at load.</summary>
public enum SignalUnit
{
    /// <summary>A bare number: a status code, a count, a contract's answer.</summary>
    None,
    /// <summary>Held in seconds; written ns, us, ms, s, m, h, d.</summary>
    Seconds,
    Blocks,
    /// <summary>Written B, kB, KiB, MB, MiB.</summary>
    Bytes,
    /// <summary>Held as a share of one; written 5 % or 0.05.</summary>
    Ratio,
    /// <summary>Written true or false.</summary>
    Flag,
    /// <summary>Written "in double quotes".</summary>
    Text,
    /// <summary>Not known before the answer is there (a JSON path): compared as number, flag or text, as the literal is.</summary>
    Any,
}

/// <summary>From when a condition on this signal must be taken as broken, once it is (TRUTH 6).</summary>
public enum SignalOnset
{
    /// <summary>From the observation that saw it: the answer is wrong.</summary>
    Instant,
    /// <summary>The signal is an age: it grows one second a second since the last progress, so it crossed its limit at (observed − (value − limit)).</summary>
    Since,
}

/// <summary>Who knows the signal's value.</summary>
public enum SignalScope
{
    /// <summary>The probe, from the answer alone.</summary>
    Observed,
    /// <summary>The judge, by comparing all sources of the judging group.</summary>
    Group,
}

/// <summary>A signal that a probe offers: a measured value with a unit.</summary>
/// <param name="Name">As conditions write it: round_trip, head_lag, status; with brackets where the config named it: totalSupply(), reverted(swap).</param>
/// <param name="Unit">Unit of the value.</param>
/// <param name="About">One line for the docs and for <c>nines check</c>.</param>
public sealed record SignalDefinition(string Name, SignalUnit Unit, string About)
{
    public SignalOnset Onset { get; init; } = SignalOnset.Instant;
    public SignalScope Scope { get; init; } = SignalScope.Observed;

    /// <summary>The cause that a broken condition on this signal is evidence for; unexplained when it is evidence for none.</summary>
    public CauseKind Evidence { get; init; } = CauseKind.Unexplained;

    /// <summary>Another signal of the same probe that says why this one is as it is (reverted: revert_reason); causes quote it.</summary>
    public string? ExplainedBy { get; init; }

    /// <summary>True when the signal takes an argument in brackets or an operand: json($.a), header("x"), body contains "x".</summary>
    public bool TakesArgument { get; init; }

    /// <summary>For an <see cref="SignalOnset.Since"/> signal: how coarse its clock is, in seconds (1 for block timestamps).</summary>
    public double Granularity { get; init; }

    /// <summary>For an <see cref="SignalOnset.Since"/> signal: how long, in seconds, the news of the last progress may have been on its way to us. So much earlier it may have happened.</summary>
    public double Delay { get; init; }
}

/// <summary>A signal as one probe uses it: the definition and, where it takes one, the argument.</summary>
/// <param name="Definition">Which signal.</param>
/// <param name="Test">How the argument is applied ("contains", "matches", "path", "name"); null for a plain signal.</param>
/// <param name="Argument">The text to look for, the pattern, the path; null for a plain signal.</param>
public sealed record SignalRef(SignalDefinition Definition, string? Test = null, string? Argument = null)
{
    public override string ToString() => (Test, Argument) switch
    {
        (null, _) => Definition.Name,
        ("contains" or "matches", var text) => $"{Definition.Name} {Test} \"{text}\"",
        (_, var text) => $"{Definition.Name}({text})",
    };
}

/// <summary>What the values of a probe's observations mean, by position. Plain signals come first, those with arguments follow.</summary>
public sealed record SignalSchema(ImmutableArray<SignalRef> Signals)
{
    public static SignalSchema Of(params IEnumerable<SignalDefinition> plain) => new([.. plain.Select(definition => new SignalRef(definition))]);

    /// <returns>Position of the plain signal of that name, or −1.</returns>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Signals.Length; i++)
            if (Signals[i].Test is null && Signals[i].Definition.Name == name)
                return i;
        return -1;
    }

    public bool Equals(SignalSchema? other) => other is not null && Signals.SequenceEqual(other.Signals);
    public override int GetHashCode() => Signals.Length;
}

/// <summary>One value of a signal: missing, a number, a whole or decimal number of any size, a flag or a text.</summary>
public readonly record struct SignalValue
{
    private readonly object? boxed;

    private SignalValue(double number, object? boxed) => (Number, this.boxed) = (number, boxed);

    /// <summary>The answer did not hold it. Every condition on a missing value is broken.</summary>
    public static readonly SignalValue Missing = new(double.NaN, null);

    public static SignalValue Of(double number) => new(number, null);
    public static SignalValue Of(bool flag) => new(flag ? 1 : 0, null);
    public static SignalValue Of(string text) => new(double.NaN, text);
    /// <summary>A time, in seconds; missing when there was none.</summary>
    public static SignalValue Of(Duration? time) => time is { } known ? Of(known.TotalSeconds) : Missing;
    public static SignalValue Of(BigInteger whole) => new((double)whole, whole);
    /// <summary>A number with digits behind the point, exactly: an amount in a token's own decimals.</summary>
    public static SignalValue Of(ExactDecimal number) => new(number.ToDouble(), number.IsWhole ? number.Unscaled : number);

    /// <summary>The value as a number (a flag is 1 or 0); NaN when it is a text or missing.</summary>
    public double Number { get; }

    /// <summary>The exact whole number, where the target gave one beyond 2^53.</summary>
    public BigInteger? Whole => boxed as BigInteger?;

    /// <summary>The exact number; null for a text, for nothing, and for a measured number with digits behind the point, of which only the double is known.</summary>
    public ExactDecimal? Exact => boxed switch
    {
        BigInteger whole => new ExactDecimal(whole),
        ExactDecimal number => number,
        null when double.IsInteger(Number) => new ExactDecimal(new BigInteger(Number)),
        _ => null,
    };

    /// <summary>True for a whole number that <see cref="Number"/> holds exactly.</summary>
    internal bool IsSmallWhole => Math.Abs(Number) < 9007199254740992 && double.IsInteger(Number) && boxed is null or BigInteger;

    public string? Text => boxed as string;
    public bool IsMissing => boxed is null && double.IsNaN(Number);
    public bool Flag => Number != 0 && !double.IsNaN(Number);

    public override string ToString() => boxed switch
    {
        string text => text,
        BigInteger whole => whole.ToString(CultureInfo.InvariantCulture),
        ExactDecimal number => number.ToString(),
        _ => double.IsNaN(Number) ? "missing" : Number.ToString("0.######", CultureInfo.InvariantCulture),
    };
}
