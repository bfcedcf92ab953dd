using System.Collections.Immutable;
using Nines.Backbone.Series;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using Nines.Web.Api.Documents;
using NodaTime;

namespace Nines.Web.Api.Components;

/// <summary>A signal of a probe that can be drawn.</summary>
/// <param name="Unit">As documents write it: seconds, blocks, bytes, ratio, none, flag.</param>
/// <param name="Limits">What conditions compare it with.</param>
public sealed record SignalView(string Probe, string Signal, string About, SignalUnit Unit, ImmutableArray<SignalLimit> Limits, ImmutableArray<VantagePointId> From)
{
    public bool IsJudged => !Limits.IsEmpty;
}

/// <param name="Comparison">&lt;, &lt;=, ==, !=, &gt;=, &gt;: how a good value stands to it.</param>
public sealed record SignalLimit(string Comparison, double Value);

/// <summary>What was measured, by the minute or more.</summary>
public sealed class SeriesOperations(ConsoleOptions options, WebOptions web)
{
    /// <summary>Points of one line at most: a longer stretch has wider points.</summary>
    public const int MostPoints = 400;

    private static readonly Duration Recently = Duration.FromMinutes(15), Hour = Duration.FromHours(1);

    /// <summary>What can be drawn of a component now; what conditions judge comes first. Empty while the watch starts.</summary>
    public ImmutableArray<SignalView> SignalsOf(ComponentId id)
    {
        if (options.Topology()?.Components.FirstOrDefault(one => one.Id == id) is not { } component) return [];
        return [.. component.Probes.SelectMany(SignalsOf).OrderByDescending(signal => signal.IsJudged)];
    }

    /// <param name="from">Null for a day before <paramref name="to"/>.</param>
    /// <exception cref="ApiProblem">There is no such component or signal, or the stretch makes no sense.</exception>
    public Task<SeriesDocument> ReadAsync(ComponentId id, string probe, string signal, Instant? from, Instant? to, CancellationToken cancellation) => ReadAsync(id, probe, signal, from, to, MostPoints, cancellation);

    /// <param name="points">Points of one line at most.</param>
    internal async Task<SeriesDocument> ReadAsync(ComponentId id, string probe, string signal, Instant? from, Instant? to, int points, CancellationToken cancellation)
    {
        var view = SignalsOf(id).FirstOrDefault(one => one.Probe == probe && one.Signal == signal)
            ?? throw ApiProblem.NotFound("NIN4348", "No such signal", $"No probe of '{id}' that is watched now has a signal of that name.", "Ask for the component's signals, and take one from there.");
        var end = to ?? Instant.FromDateTimeOffset(web.Time.GetUtcNow());
        var begin = from ?? end - Duration.FromDays(1);
        ComponentOperations.RequireStretch(begin, end);
        var width = WidthOf(end - begin, points);
        var lines = ImmutableArray.CreateBuilder<SeriesLine>();
        foreach (var point in view.From)
        {
            var buckets = options.Series is null ? [] : await options.Series.ReadAsync(new SeriesKey(id, probe, point, signal), begin, end, width, cancellation);
            lines.Add(new SeriesLine(point, [.. buckets.Select(SeriesPoint.Of)]));
        }
        return new SeriesDocument
        {
            Component = id,
            Probe = probe,
            Signal = signal,
            Unit = view.Unit,
            From = begin,
            To = end,
            WidthS = (long)width.TotalSeconds,
            Limits = [.. view.Limits.Select(limit => new LimitDocument(limit.Comparison, limit.Value))],
            Lines = lines.ToImmutable(),
        };
    }

    public SignalsDocument List(ComponentId id) => new(id, [.. SignalsOf(id).Select(signal => new SignalRow(signal.Probe, signal.Signal, signal.About, signal.Unit, [.. signal.Limits.Select(limit => new LimitDocument(limit.Comparison, limit.Value))], signal.From))]);

    /// <summary>The round trip of the last quarter of an hour, and the start of the last minute with a look, whatever came of it.</summary>
    internal async Task<((double Median, double P95)? RoundTrip, Instant? LastLook)> LastAsync(ComponentId id, string probe, VantagePointId from, Instant now, CancellationToken cancellation)
    {
        if (options.Series is not { } series) return (null, null);
        (double, double)? trip = null;
        Instant? look = null;
        foreach (var signal in (string[])[SeriesSignals.RoundTrip, SeriesSignals.Answered, SeriesSignals.Refused, SeriesSignals.TimedOut])
        {
            var buckets = await series.ReadAsync(new SeriesKey(id, probe, from, signal), now - Recently, now + Hour, Duration.FromMinutes(1), cancellation);
            if (buckets.Count == 0) continue;
            if (look is null || buckets[^1].From > look) look = buckets[^1].From;
            if (signal != SeriesSignals.RoundTrip) continue;
            var sum = new QuantileSketch();
            foreach (var bucket in buckets) sum.Merge(bucket.Sketch);
            if (sum.Count > 0) trip = (sum.Quantile(0.5), sum.Quantile(0.95));
        }
        return (trip, look);
    }

    private static IEnumerable<SignalView> SignalsOf(ProbeDefinition probe)
    {
        var trip = probe.Signals.IndexOf(SeriesSignals.RoundTrip);
        if (trip < 0) yield return new SignalView(probe.Id.Name, SeriesSignals.RoundTrip, "From the first byte sent to the answer.", SignalUnit.Seconds, [], probe.From);
        for (var i = 0; i < probe.Signals.Signals.Length; i++)
        {
            var signal = probe.Signals.Signals[i];
            if (signal.Definition.Unit is SignalUnit.Text or SignalUnit.Any or SignalUnit.Flag || signal.ToString().Length > SeriesKey.MostSignalCharacters) continue;
            yield return new SignalView(probe.Id.Name, signal.ToString(), signal.Definition.About, signal.Definition.Unit, [.. probe.Conditions.SelectMany(condition => LimitsOf(condition.Holds, i)).Distinct()], probe.From);
        }
    }

    private static IEnumerable<SignalLimit> LimitsOf(Expression expression, int signal) => expression switch
    {
        Expression.And and => LimitsOf(and.Left, signal).Concat(LimitsOf(and.Right, signal)),
        Expression.Or or => LimitsOf(or.Left, signal).Concat(LimitsOf(or.Right, signal)),
        Expression.Compare { Literal: Literal.Number number } compare when compare.Signal == signal => [new SignalLimit(Word(compare.Comparison), number.Value)],
        Expression.Compare { Literal: Literal.Whole whole } compare when compare.Signal == signal => [new SignalLimit(Word(compare.Comparison), (double)whole.Value)],
        // Behind a not, or against another signal, there is no line to draw.
        Expression.Not or Expression.Is or Expression.Compare or Expression.CompareSignals or Expression.CompareTerms => [],
        _ => throw new InvalidOperationException("Expression is a closed hierarchy."),
    };

    private static string Word(Comparison comparison) => comparison switch
    {
        Comparison.Less => "<",
        Comparison.LessOrEqual => "<=",
        Comparison.Equal => "==",
        Comparison.NotEqual => "!=",
        Comparison.GreaterOrEqual => ">=",
        Comparison.Greater => ">",
    };

    /// <summary>A round number of minutes, so that there are not more points than can be seen.</summary>
    private static Duration WidthOf(Duration stretch, int points)
    {
        foreach (var minutes in (int[])[1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720])
            if (stretch / Duration.FromMinutes(minutes) <= points) return Duration.FromMinutes(minutes);
        return Duration.FromDays(1) * Math.Ceiling(stretch / Duration.FromDays(1) / points);
    }
}
