using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Nines.Reports.Comparison;

/// <summary>
/// Whether two periods differ by more than so few outages would by chance: outages as a Poisson process, up and down times as exponential, the same
/// assumptions as the intervals of reports. Two-sided.
/// </summary>
public static class Chance
{
    private const int Steps = 2_000;

    /// <summary>A chance below this is called more than chance.</summary>
    public const double Level = 0.05;

    /// <summary>
    /// The chance that outages which come equally often fall at least as unequally on two stretches of time: given their number, those in the first are
    /// binomial with its share of the time (Przyborowski and Wilenski, 1940).
    /// </summary>
    /// <param name="time">Time watched, of any unit; above 0.</param>
    /// <returns>0 to 1; 1 without an outage.</returns>
    public static double OfRates(int outages, double time, int otherOutages, double otherTime)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(time);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(otherTime);
        var all = outages + otherOutages;
        if (all == 0) return 1;
        var share = time / (time + otherTime);
        var below = Binomial.CDF(share, all, outages);
        var above = outages == 0 ? 1 : 1 - Binomial.CDF(share, all, outages - 1);
        return Math.Min(1, 2 * Math.Min(below, above));
    }

    /// <summary>
    /// The chance that one long-run ratio of down to up time gives two periods at least as unequal: each measured ratio by the true one is F(2k, 2k), and
    /// what is measured is their quotient, integrated over one of them.
    /// </summary>
    /// <param name="outages">Closed outages; 1 or more, each.</param>
    /// <param name="ratio">Down by up time; above 0, each.</param>
    public static double OfRatios(int outages, double ratio, int otherOutages, double otherRatio)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(otherOutages, 1);
        var quotient = Math.Log(ratio / otherRatio);
        // Over t = ln F of the other: its density falls as e^(−k|t|), and F / (1 + F) of F(2k, 2k) is Beta(k, k).
        var reach = 40 / Math.Sqrt(otherOutages);
        var step = 2 * reach / Steps;
        var beta = SpecialFunctions.BetaLn(otherOutages, otherOutages);
        double below = 0;
        for (var i = 0; i <= Steps; i++)
        {
            var t = -reach + i * step;
            var density = Math.Exp(otherOutages * t - 2 * otherOutages * LogOfOnePlusExp(t) - beta);
            below += density * step * SpecialFunctions.BetaRegularized(outages, outages, 1 / (1 + Math.Exp(-quotient - t)));
        }
        return Math.Clamp(2 * Math.Min(below, 1 - below), 0, 1);
    }

    private static double LogOfOnePlusExp(double t) => t > 30 ? t : Math.Log(1 + Math.Exp(t));
}
