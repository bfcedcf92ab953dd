using System.Globalization;
using Nines.Simulation.Soak;
using NodaTime;

namespace Nines.Bench.Scenarios;

/// <summary>
/// A day of healthy targets behind noise, on virtual time: what is told of them is false. Losses are independent, so two in a row
/// happen with the square of their share; those nobody could tell from an outage, and they are counted as they are dealt.
/// </summary>
internal static class SoakFigures
{
    private const double Rare = 0.0001, Usual = 0.001;
    private static readonly Duration Every = Duration.FromSeconds(30), Day = Duration.FromHours(24);

    public static IEnumerable<Figure> Of(BenchOptions options)
    {
        // The quick one has to end soon: the losses of a tenth of the targets.
        var targets = options.Quick ? 50 : 500;
        var rare = Run(options.Seed, targets, Rare);
        yield return new Figure("soak_outages", rare.Outages, "1", "lower", 0) { Note = Describe(targets, options.Seed, Rare, rare) };
        yield return new Figure("soak_blips", rare.Blips, "1", "lower") { Note = $"{rare.Dealt} answers were lost; each blip beyond them failed on our own path before anybody knew that it was broken" };
        yield return new Figure("soak_looks", rare.Looks, "1", "higher");
        yield return new Figure("soak_probe_faults", rare.ProbeFaults, "1", "lower");
        yield return new Figure("soak_coverage_least", (double)decimal.Round(rare.Coverage, 6), "share", "higher", 0.999) { Note = "of the worst covered target, from the start on" };
        yield return new Figure("soak_seconds", Math.Round(rare.Took.TotalSeconds, 2), "s", "lower");
        if (options.Quick) yield break;

        var usual = Run(options.Seed, targets, Usual);
        yield return new Figure("soak_noisier_outages", usual.Outages, "1", "lower", usual.DoubleLosses) { Note = $"{Describe(targets, options.Seed, Usual, usual)}; the aim is what was dealt" };
        yield return new Figure("soak_noisier_blips", usual.Blips, "1", "lower");
        yield return new Figure("soak_noisier_looks", usual.Looks, "1", "higher");
    }

    private static SoakAccount Run(int seed, int targets, double lossShare)
    {
        Talk.Say(string.Create(CultureInfo.InvariantCulture, $"scenarios: soak, seed {seed}: {targets} healthy targets, every 30 s, 24 h of virtual time, {lossShare:0.##%} of looks lost"));
        return SoakRun.Of(new SoakPlan(seed, targets, Every, Day, lossShare));
    }

    private static string Describe(int targets, int seed, double lossShare, SoakAccount account) => string.Create(CultureInfo.InvariantCulture,
        $"{targets} targets, 24 h, seed {seed}, {lossShare:0.##%} of looks lost, each for itself: two in a row are expected {account.Looks * lossShare * lossShare:0.###} times, and were dealt {account.DoubleLosses} times");
}
