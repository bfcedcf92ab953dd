using System.Globalization;
using System.Numerics;

namespace Nines.Core.Observations;

/// <summary>A decimal number of any size, exactly: <see cref="Unscaled"/> ÷ 10^<see cref="Scale"/>. Equal numbers are equal values.</summary>
public readonly record struct ExactDecimal : IComparable<ExactDecimal>
{
    /// <summary>Most digits behind the point, and the largest exponent in front of it.</summary>
    public const int MaxExponent = 400;

    private static readonly BigInteger Ten = new(10);

    /// <param name="scale">Digits of <paramref name="unscaled"/> behind the point, from 0.</param>
    public ExactDecimal(BigInteger unscaled, int scale = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(scale);
        while (scale > 0)
        {
            var shorter = BigInteger.DivRem(unscaled, Ten, out var rest);
            if (!rest.IsZero) break;
            (unscaled, scale) = (shorter, scale - 1);
        }
        (Unscaled, Scale) = (unscaled, scale);
    }

    public BigInteger Unscaled { get; }

    /// <summary>Digits behind the point; as few as the number needs.</summary>
    public int Scale { get; }

    public bool IsWhole => Scale == 0;

    public int Sign => Unscaled.Sign;

    /// <summary>Reads <c>12</c>, <c>-0.5</c>, <c>1.1e-3</c>, without rounding.</summary>
    /// <returns>False for what is no number, or has an exponent beyond <see cref="MaxExponent"/>.</returns>
    public static bool TryParse(string digits, out ExactDecimal value)
    {
        value = default;
        var exponentAt = digits.AsSpan().IndexOfAny('e', 'E');
        var mantissa = exponentAt < 0 ? digits : digits[..exponentAt];
        var exponent = 0;
        if (exponentAt >= 0 && (!int.TryParse(digits.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) || exponent is < -MaxExponent or > MaxExponent))
            return false;
        var point = mantissa.IndexOf('.');
        if (point >= 0)
        {
            exponent -= mantissa.Length - point - 1;
            mantissa = mantissa.Remove(point, 1);
        }
        if (!BigInteger.TryParse(mantissa, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var unscaled)) return false;
        value = exponent >= 0 ? new ExactDecimal(unscaled * BigInteger.Pow(Ten, exponent)) : new ExactDecimal(unscaled, -exponent);
        return true;
    }

    /// <returns>The product, exactly.</returns>
    public ExactDecimal Times(ExactDecimal other) => new(Unscaled * other.Unscaled, Scale + other.Scale);

    /// <returns>The quotient, if it ends: 7 ÷ 3 does not.</returns>
    public ExactDecimal? DividedBy(ExactDecimal divisor)
    {
        if (divisor.Sign == 0) return null;
        // Enough digits for every divisor that units have: their factors are products of 2, 3 and 5.
        const int Digits = 12;
        var whole = BigInteger.DivRem(Unscaled * BigInteger.Pow(Ten, divisor.Scale + Digits), divisor.Unscaled, out var rest);
        return rest.IsZero ? new ExactDecimal(whole, Scale + Digits) : null;
    }

    public ExactDecimal Plus(ExactDecimal other)
    {
        var scale = Math.Max(Scale, other.Scale);
        return new ExactDecimal(Unscaled * BigInteger.Pow(Ten, scale - Scale) + other.Unscaled * BigInteger.Pow(Ten, scale - other.Scale), scale);
    }

    public int CompareTo(ExactDecimal other)
    {
        var scale = Math.Max(Scale, other.Scale);
        return (Unscaled * BigInteger.Pow(Ten, scale - Scale)).CompareTo(other.Unscaled * BigInteger.Pow(Ten, scale - other.Scale));
    }

    /// <returns>The nearest double; infinite beyond its range.</returns>
    public double ToDouble() => Scale == 0 ? (double)Unscaled : double.Parse($"{Unscaled.ToString(CultureInfo.InvariantCulture)}e-{Scale}", NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>In full, without an exponent.</summary>
    public override string ToString()
    {
        var digits = BigInteger.Abs(Unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
        var sign = Unscaled.Sign < 0 ? "-" : "";
        return Scale == 0 ? sign + digits : $"{sign}{digits[..^Scale]}.{digits[^Scale..]}";
    }
}
