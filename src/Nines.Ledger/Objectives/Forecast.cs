using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using Nines.Ledger.Availability;
using NodaTime;

namespace Nines.Ledger.Objectives;

/// <summary>
/// What becomes of a budget at the present rates. Outages are taken as a Poisson process and what each takes as exponential, as
/// <see cref="Confidence"/> does, so that what is lost is a compound Poisson sum and its distribution is known: nothing is simulated.
/// </summary>
/// <param name="Until">What it looks ahead to: the end of a calendar window, or of a rolling window that begins now.</param>
/// <param name="Observed">The time that the rates were taken from: seen, and counting.</param>
/// <param name="Outages">Those in it that took something.</param>
public sealed record Forecast(Instant Until, Duration Observed, int Outages)
{
    /// <summary>The chance that the objective is kept then; null without an outage, of which nothing can be learnt about how long one lasts.</summary>
    /// <value>0 to 1.</value>
    public double? Kept { get; init; }

    /// <summary>Its limits: with rate and length of outages both at their worst, and both at their best, that the outages allow (each 97.5 %, together at least 95 %).</summary>
    public double KeptLow { get; init; }

    public double KeptHigh { get; init; }

    /// <summary>When the budget is used up if time is lost evenly at the present rate; null when it is not before <see cref="Until"/>.</summary>
    public Instant? UsedUp { get; init; }

    public Instant? UsedUpEarliest { get; init; }

    public Instant? UsedUpLatest { get; init; }

    public const string Assumption =
        "Outages as a Poisson process, what each takes from the budget as exponential, both at the rate observed; an open outage goes on as any other would.";

    /// <summary>The confidence of each of the two rates, so that both hold together at 95 %.</summary>
    internal const double Level = 0.975;
}

/// <summary>Outages as they came: how often, and what each took.</summary>
/// <param name="Observed">Ticks of 100 ns, above 0.</param>
/// <param name="Lost">Ticks that outages took.</param>
/// <param name="Beside">Ticks that were lost outside of outages: taken as a steady drain.</param>
internal sealed record LossRate(double Observed, int Outages, double Lost, double Beside)
{
    private const double ManyOutages = 1_000;

    public double Drain => Beside / Observed;

    /// <summary>What is lost in a tick: at the least and most that the outages allow, and as observed.</summary>
    public (double Low, double Likely, double High) PerTick
    {
        get
        {
            if (Outages == 0) return (Drain, Drain, Drain);
            var (rate, length) = Limits();
            return (rate.Low * length.Low + Drain, Lost / Observed + Drain, rate.High * length.High + Drain);
        }
    }

    /// <summary>The chance that at most <paramref name="budget"/> is lost in the time ahead, in the same order; likely is null without an outage.</summary>
    public (double Low, double? Likely, double High) Kept(double ahead, double budget, bool isOpen)
    {
        budget -= Drain * ahead;
        if (budget < 0) return (0, 0, 0);
        if (Outages == 0)
        {
            var often = 1 / Confidence.MeanTimeBetweenFailures(0, Observed, Forecast.Level).Low;
            return (Math.Exp(-often * ahead), null, 1);
        }
        var (rate, length) = Limits();
        return (
            ChanceWithin(rate.High * ahead, length.High, budget, isOpen),
            ChanceWithin(Outages / Observed * ahead, Lost / Outages, budget, isOpen),
            ChanceWithin(rate.Low * ahead, length.Low, budget, isOpen));
    }

    private ((double Low, double High) Rate, (double Low, double High) Length) Limits()
    {
        var between = Confidence.MeanTimeBetweenFailures(Outages, Observed, Forecast.Level);
        var length = Confidence.MeanTimeToRepair(Outages, Lost, Forecast.Level);
        return ((1 / between.High!.Value, 1 / between.Low), length);
    }

    /// <summary>P(sum ≤ budget) = Σₙ Poisson(n) × Gamma(n; budget / mean): n exponentials add up to a gamma variable.</summary>
    /// <param name="isOpen">One outage is under way: by the exponential's lack of memory it takes as much more as any.</param>
    internal static double ChanceWithin(double expected, double mean, double budget, bool isOpen)
    {
        var extra = isOpen ? 1 : 0;
        if (expected > ManyOutages)
        {
            // So many that their sum is normal: mean and variance of a compound Poisson sum of exponentials.
            return Normal.CDF((expected + extra) * mean, mean * Math.Sqrt(2 * expected + extra), budget);
        }
        var width = 10 * Math.Sqrt(expected) + 20;
        var chance = 0.0;
        for (var n = Math.Max(0, (int)(expected - width)); n <= expected + width; n++)
        {
            var weight = expected == 0 ? (n == 0 ? 1 : 0) : Math.Exp(n * Math.Log(expected) - expected - SpecialFunctions.GammaLn(n + 1));
            if (weight > 0) chance += weight * (n + extra == 0 ? 1 : SpecialFunctions.GammaLowerRegularized(n + extra, budget / mean));
        }
        return Math.Clamp(chance, 0, 1);
    }
}
