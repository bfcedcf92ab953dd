namespace Nines.Pricing.Profiles;

/// <summary>Amounts as a row of blocks, one a column: ▁ is nothing or nearly, █ the most.</summary>
public static class Blocks
{
    private const string Heights = "▁▂▃▄▅▆▇█";

    /// <summary>What stands where there is no amount.</summary>
    public const char None = '·';

    /// <param name="most">What the highest block stands for.</param>
    public static char Of(decimal? amount, decimal most) =>
        amount is not { } value ? None : most <= 0 ? Heights[0] : Heights[(int)Math.Clamp(Math.Ceiling(value / most * Heights.Length) - 1, 0, Heights.Length - 1)];
}
