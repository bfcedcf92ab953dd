using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Nines.Core.Components;
using Nines.Core.Observations;
using NodaTime;

namespace Nines.Backbone.Series;

/// <summary>The series of one probe from one vantage point, and its minutes that are not written yet.</summary>
internal sealed class ProbeSeries
{
    private const int RoundTrip = 0, Answered = 1, Refused = 2, TimedOut = 3, ProbeFault = 4, FirstSignal = 5;

    /// <summary>Thousands of probes have one schema, and what follows from it is worked out once.</summary>
    private static readonly ConditionalWeakTable<SignalSchema, Shape> Shapes = new();

    private readonly ProbeId probe;
    private readonly VantagePointId from;
    private readonly SignalSchema schema;
    private readonly Shape shape;

    public ProbeSeries(ProbeId probe, VantagePointId from, SignalSchema schema)
    {
        (this.probe, this.from, this.schema) = (probe, from, schema);
        shape = Shapes.GetValue(schema, of => new Shape(of));
    }

    /// <summary>How many series there are.</summary>
    public int Length => shape.Names.Length;

    public SeriesKey Key(int at) => new(probe.Component, probe.Name, from, shape.Names[at]);

    /// <summary>By minute since the Unix epoch.</summary>
    public Dictionary<long, OpenMinute> Minutes { get; } = [];

    public bool Fits(SignalSchema other) => ReferenceEquals(schema, other) || schema.Equals(other);

    public void Add(OpenMinute sums, Observation observation)
    {
        switch (observation.Outcome)
        {
            case Outcome.Answered answered:
                sums[Answered].AddOne();
                sums[RoundTrip].Add((double)answered.RoundTrip.BclCompatibleTicks / NodaConstants.TicksPerSecond);
                break;
            case Outcome.Refused:
                sums[Refused].AddOne();
                break;
            case Outcome.TimedOut:
                sums[TimedOut].AddOne();
                break;
            case Outcome.ProbeFault:
                sums[ProbeFault].AddOne();
                break;
        }
        var (signals, numeric) = (observation.Signals, shape.Numeric);
        for (var i = 0; i < signals.Length && i < numeric.Length; i++)
            if (numeric[i] && double.IsFinite(signals[i].Number))
                sums[FirstSignal + i].Add(signals[i].Number);
    }

    // A condition may look for a long text: its series is named by the beginning and a digest of the whole.
    private static string NameOf(SignalRef signal)
    {
        var name = signal.ToString();
        if (name.Length <= SeriesKey.MostSignalCharacters) return name;
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16];
        return $"{name[..(SeriesKey.MostSignalCharacters - 17)]}#{digest}";
    }

    /// <summary>The series that probes with one schema have.</summary>
    private sealed class Shape
    {
        public Shape(SignalSchema schema)
        {
            Names = [SeriesSignals.RoundTrip, SeriesSignals.Answered, SeriesSignals.Refused, SeriesSignals.TimedOut, SeriesSignals.ProbeFault,
                .. schema.Signals.Select(signal => NameOf(signal))];
            Numeric = [.. schema.Signals.Select((signal, i) => signal.Definition.Unit != SignalUnit.Text && Array.IndexOf(Names, Names[FirstSignal + i]) == FirstSignal + i)];
        }

        public string[] Names { get; }

        /// <summary>Of each signal, whether its values are summed up.</summary>
        public bool[] Numeric { get; }
    }
}

/// <summary>One minute of one probe, a sum for each of its series. Used again for another minute once it is written.</summary>
internal sealed class OpenMinute
{
    private ProbeSeries? series;
    private SeriesSum[] sums = [];

    public long Minute { get; private set; }
    public int Length => series?.Length ?? 0;
    public SeriesKey Key(int at) => series!.Key(at);
    public ref SeriesSum this[int at] => ref sums[at];

    public void Begin(long minute, ProbeSeries of)
    {
        (Minute, series) = (minute, of);
        if (sums.Length < of.Length) Array.Resize(ref sums, of.Length);
        for (var i = 0; i < sums.Length; i++)
        {
            var sketch = sums[i].Sketch;
            sketch?.Clear();
            sums[i] = new SeriesSum { Sketch = sketch };
        }
    }
}
