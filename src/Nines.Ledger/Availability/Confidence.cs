using MathNet.Numerics.Distributions;

namespace Nines.Ledger.Availability;

/// <summary>
/// How far few outages can be trusted as a rate. Outages taken as a Poisson process (chi-squared limits on its rate), up and
/// down times as exponential (F limits on their ratio). Two-sided.
/// </summary>
public static class Confidence
{
    /// <summary>Limits on the mean time between failures, in the unit of <paramref name="observed"/>.</summary>
    /// <param name="outages">Outages that began in the time observed; 0 or more.</param>
    /// <param name="observed">Time observed; above 0.</param>
    /// <param name="level">Confidence, such as 0.95.</param>
    /// <returns>2T/χ²(1−α/2; 2k+2) and 2T/χ²(α/2; 2k); with no outage at all there is no upper limit.</returns>
    public static (double Low, double? High) MeanTimeBetweenFailures(int outages, double observed, double level = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(outages);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(observed);
        var tail = Tail(level);
        var low = 2 * observed / ChiSquared.InvCDF(2.0 * outages + 2, 1 - tail);
        return (low, outages == 0 ? null : 2 * observed / ChiSquared.InvCDF(2.0 * outages, tail));
    }

    /// <summary>Limits on long-run availability from <paramref name="outages"/> closed outages.</summary>
    /// <param name="outages">1 or more.</param>
    /// <param name="up">Time up, above 0, in any unit.</param>
    /// <param name="down">Time down, above 0, in the same unit.</param>
    /// <returns>1 / (1 + ρ F) with ρ = down/up and F the quantiles of F(2k, 2k).</returns>
    public static (double Low, double High) LongRunAvailability(int outages, double up, double down, double level = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outages, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(up);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(down);
        var freedom = 2.0 * outages;
        var quantile = FisherSnedecor.InvCDF(freedom, freedom, 1 - Tail(level));
        var ratio = down / up;
        return (1 / (1 + ratio * quantile), 1 / (1 + ratio / quantile));
    }

    /// <summary>Limits on the mean time to repair, in the unit of <paramref name="down"/>: repair times taken as exponential.</summary>
    /// <param name="repairs">Outages that ended; 1 or more.</param>
    /// <param name="down">How long they lasted together; above 0.</param>
    /// <returns>2D/χ²(1−α/2; 2k) and 2D/χ²(α/2; 2k).</returns>
    public static (double Low, double High) MeanTimeToRepair(int repairs, double down, double level = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(repairs, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(down);
        var tail = Tail(level);
        return (2 * down / ChiSquared.InvCDF(2.0 * repairs, 1 - tail), 2 * down / ChiSquared.InvCDF(2.0 * repairs, tail));
    }

    private static double Tail(double level)
    {
        if (level is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(level), level, "is not between 0 and 1");
        return (1 - level) / 2;
    }
}
