using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Timelines;
using Nines.Web.Metrics;
using NodaTime;

namespace Nines.Web.Health;

/// <summary>How the watch of this process goes, at one moment.</summary>
public sealed record WatchStatus
{
    public required Instant Now { get; init; }

    /// <summary>Until when everything that was seen is judged, and what follows from it handed to the journal.</summary>
    public required Instant JudgedUntil { get; init; }

    /// <summary>Since when the journal takes no facts; null while it does.</summary>
    public required Instant? JournalFailsSince { get; init; }

    public required WatchFigures Figures { get; init; }

    /// <summary>What contradicts a settled state and waits for agreement (TRUTH 5); empty when nothing does.</summary>
    public ImmutableArray<SuspicionNow> Suspicions { get; init; } = [];
}

/// <summary>A suspicion that is not settled yet.</summary>
/// <param name="Suspected">What the last look said.</param>
/// <param name="When">In which it began, if it did.</param>
/// <param name="StillToAgree">So many more looks that say the same make it a state; 1 or more. One that does not makes it a blip.</param>
public sealed record SuspicionNow(ComponentId Component, VantagePointId From, State Suspected, Bounds When, Cause? Because, int StillToAgree);

/// <summary>Whether this process really watches, and if not, why not.</summary>
/// <param name="Lines">One a check: its name, "ok" or "no", and what was found.</param>
public sealed record Readiness(bool IsReady, IReadOnlyList<string> Lines)
{
    /// <summary>A judge whose word is older than this has stopped.</summary>
    /// <value>30 s: it moves ten times a second.</value>
    public static readonly Duration OldestFrontier = Duration.FromSeconds(30);

    /// <param name="status">Null while Nines starts, and after it has stopped.</param>
    public static Readiness Of(WatchStatus? status)
    {
        if (status is null) return new Readiness(false, ["watching no: starting or stopping"]);
        var age = Duration.Max(Duration.Zero, status.Now - status.JudgedUntil);
        var journal = status.JournalFailsSince is null;
        var frontier = age <= OldestFrontier;
        return new Readiness(journal && frontier,
        [
            "watching ok",
            journal ? "journal ok" : FormattableString.Invariant($"journal no: takes no facts for {(status.Now - status.JournalFailsSince!.Value).TotalSeconds:0} s"),
            FormattableString.Invariant($"frontier {(frontier ? "ok" : "no")}: {age.TotalSeconds:0.0} s old, limit {OldestFrontier.TotalSeconds:0} s"),
        ]);
    }
}
