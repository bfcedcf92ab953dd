using NodaTime;

namespace Nines.Ledger.History;

/// <summary>How far apart a tool's looks were. Pure.</summary>
/// <param name="Typical">Half of the gaps are no longer: what a likely instant is reckoned with.</param>
/// <param name="Long">Nine in ten are no longer: what a bound is reckoned with. Not below <paramref name="Typical"/>.</param>
/// <param name="Gaps">How many gaps it was learnt from; 0 when it was given.</param>
public sealed record LookCadence(Duration Typical, Duration Long, int Gaps)
{
    /// <summary>A run looks at one target after the other; rows closer together than this belong to one.</summary>
    private static readonly Duration OneRun = Duration.FromSeconds(60);

    /// <summary>Gaps longer than so many times the nominal cadence hold runs that wrote nothing down.</summary>
    private const int MostTimesNominal = 6;

    /// <summary>Fewer gaps tell less than the nominal cadence does.</summary>
    private const int FewestGaps = 5;

    public static LookCadence Given(Duration cadence) => new(cadence, cadence, 0);

    /// <summary>Of a source that records every look: from the gaps between looks at one target, in order of time.</summary>
    /// <returns>Null without a gap.</returns>
    public static LookCadence? OfEvery(IReadOnlyList<Look> looks)
    {
        var gaps = new List<Duration>();
        for (var i = 1; i < looks.Count; i++)
            if (looks[i].At > looks[i - 1].At) gaps.Add(looks[i].At - looks[i - 1].At);
        if (gaps.Count == 0) return null;
        gaps.Sort();
        return new LookCadence(gaps[gaps.Count / 2], gaps[gaps.Count * 9 / 10], gaps.Count);
    }

    /// <summary>
    /// Of a source that records changes only: from the gaps between its runs, over all targets. Two rows more than a minute apart are two
    /// runs; a gap that is many times the nominal cadence has silent runs in it and tells nothing, a shorter one may have and makes the
    /// bounds wider, not narrower.
    /// </summary>
    public static LookCadence OfChanges(IEnumerable<Instant> rows, Duration nominal)
    {
        var gaps = new List<Duration>();
        Instant? run = null, last = null;
        foreach (var at in rows.Order())
        {
            if (last is { } before && at - before <= OneRun)
            {
                last = at;
                continue;
            }
            if (run is not null && last is { } end && at - end <= nominal * MostTimesNominal) gaps.Add(at - end);
            (run, last) = (at, at);
        }
        if (gaps.Count < FewestGaps) return Given(nominal);
        gaps.Sort();
        var typical = Duration.Max(nominal, gaps[gaps.Count / 2]);
        return new LookCadence(typical, Duration.Max(typical, gaps[gaps.Count * 9 / 10]), gaps.Count);
    }
}
