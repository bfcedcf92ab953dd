using Nines.Core.Components;

namespace Nines.Backbone.Series;

/// <summary>Which series: one signal (or outcome) of one probe from one vantage point.</summary>
/// <param name="Signal">As conditions write it (round_trip, head_lag), or one of <see cref="SeriesSignals"/>. 1 to 500 characters.</param>
public readonly record struct SeriesKey(ComponentId Component, string Probe, VantagePointId From, string Signal)
{
    public const int MostSignalCharacters = 500;

    public override string ToString() => $"{Component}/{Probe} {Signal} from {From}";
}

/// <summary>The series that every probe has, beside those of its own signals.</summary>
public static class SeriesSignals
{
    /// <summary>Seconds from the first byte sent to the answer, of answered observations.</summary>
    public const string RoundTrip = "round_trip";

    /// <summary>How many observations ended so; the dot keeps them apart from signals.</summary>
    public const string Answered = "outcome.answered";
    public const string Refused = "outcome.refused";
    public const string TimedOut = "outcome.timed_out";
    public const string ProbeFault = "outcome.probe_fault";
}
