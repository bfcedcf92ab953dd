using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Ledger.Documents;
using Nines.Web.Health;
using NodaTime;

namespace Nines.Web.Api.Documents;

/// <summary>How the watch goes (nines.watch/1). All counts are since its start.</summary>
public sealed record WatchDocument
{
    public string Schema => "nines.watch/1";

    /// <summary>The journal's last entry.</summary>
    public required long AsOfPosition { get; init; }

    /// <summary>Whether it watches, the journal takes facts, and the judge moves.</summary>
    public required bool Ready { get; init; }

    /// <summary>One a check, with what was found.</summary>
    public required ImmutableArray<string> Checks { get; init; }

    /// <summary>What it says of itself; null while it starts or stops.</summary>
    public required RunDocument? Run { get; init; }

    public static WatchDocument Of(WatchStatus? status, JournalPosition head)
    {
        var readiness = Readiness.Of(status);
        return new WatchDocument { AsOfPosition = head.Value, Ready = readiness.IsReady, Checks = [.. readiness.Lines], Run = status is null ? null : RunDocument.Of(status) };
    }
}

/// <param name="JudgedUntil">Until when everything that was seen is judged.</param>
/// <param name="ProbeFaults">Looks that we failed to make: they count against nobody.</param>
/// <param name="FactsWaiting">Judged and not durable yet.</param>
public sealed record RunDocument(
    string Version, Instant StartedAt, Instant Now, Instant JudgedUntil, decimal FrontierAgeS, Instant? JournalFailsSince, long Answered, long Refused, long TimedOut, long ProbeFaults,
    int ObservationsWaiting, int FactsWaiting, ImmutableArray<PointDocument> VantagePoints)
{
    public static RunDocument Of(WatchStatus status)
    {
        var figures = status.Figures;
        return new(
            figures.Version, figures.StartedAt, status.Now, status.JudgedUntil, DocumentJson.Seconds(Duration.Max(Duration.Zero, figures.FrontierAge)), status.JournalFailsSince,
            figures.Answered, figures.Refused, figures.TimedOut, figures.ProbeFaults, figures.ChannelFill, figures.FactsWaiting,
            [.. figures.VantagePoints.Select(point => new PointDocument(point.Name, point.Region, point.Blind))]);
    }
}

/// <param name="Blind">Its own path is broken: what it sees meanwhile moves nothing.</param>
public sealed record PointDocument(string VantagePoint, string Region, bool Blind);
