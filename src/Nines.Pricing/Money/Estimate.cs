namespace Nines.Pricing.Money;

/// <summary>A quantity as far as it can be known. Low ≤ likely ≤ high.</summary>
public readonly record struct Estimate
{
    /// <exception cref="ArgumentException">They are not in order.</exception>
    public Estimate(decimal low, decimal likely, decimal high)
    {
        if (low > likely || likely > high) throw new ArgumentException($"{low}, {likely}, {high} are not in order.");
        (Low, Likely, High) = (low, likely, high);
    }

    public decimal Low { get; }
    public decimal Likely { get; }
    public decimal High { get; }

    public static readonly Estimate Zero;

    /// <summary>One that is known exactly.</summary>
    public static Estimate Exact(decimal value) => new(value, value, value);

    /// <summary>Three values that ought to be in order, widened where rounding or a formula turned two of them around.</summary>
    public static Estimate Spanning(decimal low, decimal likely, decimal high) => new(Math.Min(low, likely), likely, Math.Max(high, likely));

    /// <summary>Added side by side, as if all were low together and high together: never narrower than the truth.</summary>
    public static Estimate operator +(Estimate a, Estimate b) => new(a.Low + b.Low, a.Likely + b.Likely, a.High + b.High);

    /// <param name="factor">0 or more.</param>
    public static Estimate operator *(Estimate estimate, decimal factor) =>
        factor < 0 ? throw new ArgumentOutOfRangeException(nameof(factor), factor, "turns low and high around") : new(estimate.Low * factor, estimate.Likely * factor, estimate.High * factor);

    public static Estimate Sum(IEnumerable<Estimate> estimates) => estimates.Aggregate(Zero, (sum, one) => sum + one);
}
