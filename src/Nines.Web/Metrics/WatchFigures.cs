using System.Collections.Immutable;
using Nines.Probing.Scheduling;
using Nines.Web.Access;
using NodaTime;

namespace Nines.Web.Metrics;

/// <summary>The figures of the watch itself, at one moment. All counts are since the process began.</summary>
public sealed record WatchFigures
{
    public required string Version { get; init; }

    /// <summary>When this run began.</summary>
    public required Instant StartedAt { get; init; }

    /// <summary>How far what is judged lags behind now.</summary>
    public required Duration FrontierAge { get; init; }

    public required long Answered { get; init; }
    public required long Refused { get; init; }
    public required long TimedOut { get; init; }
    public required long ProbeFaults { get; init; }

    public required SchedulerCounts Scheduler { get; init; }

    /// <summary>By how much looks started after they were due.</summary>
    public required DelaySummary Lateness { get; init; }

    /// <summary>Observations that are seen and not judged yet, and how many there is room for.</summary>
    public required int ChannelFill { get; init; }

    public required int ChannelRoom { get; init; }

    /// <summary>Facts that are judged and not durable yet.</summary>
    public required int FactsWaiting { get; init; }

    /// <summary>How long the journal took to make facts durable.</summary>
    public required DelaySummary Appends { get; init; }

    public required long AppendsFailed { get; init; }

    /// <summary>The journal position that the components' figures are as of; null while they cannot be had.</summary>
    public long? LedgerPosition { get; init; }

    /// <summary>How log-ins to the console go; null until they are gathered.</summary>
    public LogInCounts? LogIns { get; init; }

    public required ImmutableArray<PointFigures> VantagePoints { get; init; }
}

/// <summary>A vantage point, and whether its own path is broken now.</summary>
public sealed record PointFigures(string Name, string Region, bool Blind);
