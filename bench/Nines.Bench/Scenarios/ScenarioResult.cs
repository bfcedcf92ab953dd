using Nines.Bench.Truths;
using Nines.Core;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.Bench.Scenarios;

/// <summary>What was said of one scenario in one run.</summary>
/// <param name="Said">The worst state that Nines told of it, from before the onset to after the end.</param>
/// <param name="Class">What the evidence of that state named; null when it was up all the time.</param>
/// <param name="Detection">From the true onset until a reader of the journal could know, in seconds; null without a (true) outage.</param>
/// <param name="IsContained">The true onset and end are both within the bounds told.</param>
/// <param name="Outages">Outages told; more than one for one fault is wrong, too.</param>
/// <param name="Blips">Suspicions that were kept and not told as outages.</param>
/// <param name="Because">The cause as told.</param>
internal sealed record ScenarioResult(int Run, Scenario Scenario, State Said, string? Class, double? Detection, bool IsContained, int Outages, int Blips, string? Because)
{
    /// <summary>Runs of failed samples, as the peer told; null without a peer.</summary>
    public int? PeerOutages { get; init; }

    /// <summary>Those of them that are longer than a single sample.</summary>
    public int PeerConfirmed { get; init; }

    public double? PeerDetection { get; init; }

    public bool IsRightVerdict => Said == Scenario.Expected;
    public bool IsRightClass => Class == Scenario.Class;

    /// <summary>All that was told is true: verdict, class, one outage or none, and its bounds.</summary>
    public bool IsRight => IsRightVerdict && IsRightClass && Outages == (Scenario.IsOutage ? 1 : 0) && (IsContained || !Scenario.IsOutage);

    public static ScenarioResult Of(int run, Scenario scenario, TrueOutage truth, Findings findings, PeerFindings? peer)
    {
        var outages = findings.Outages.Where(outage => outage.Region is null && outage.Component.Value == scenario.Name).ToArray();
        StateChanged[] changes = [.. findings.Changes.Where(change => change.Probe.Component.Value == scenario.Name && change.After > State.Up && change.After <= State.Down)];
        var worst = changes.Length == 0 ? State.Up : changes.Max(change => change.After);
        var peers = peer?.Outages.Where(outage => outage.Component == scenario.Name).ToArray();
        var peerFirst = peers?.FirstOrDefault(outage => outage.Known >= truth.Onset.Earliest);
        var first = outages.Length == 1 ? outages[0] : null;
        return new ScenarioResult(run, scenario, worst,
            changes.FirstOrDefault(change => change.After == worst) is { } decisive ? FaultClass.Of(decisive) : null,
            scenario.IsOutage && first is not null && findings.Heard.TryGetValue(first.Id, out var heard) ? (heard - truth.Onset.Midpoint).TotalSeconds : null,
            first is { Ended: { } ended } && Meet(first.Began, truth.Onset) && Meet(ended, truth.End),
            outages.Length, findings.Blips.Count(blip => blip.Probe.Component.Value == scenario.Name),
            changes.FirstOrDefault(change => change.After == worst)?.Because?.Because)
        {
            PeerOutages = peers?.Length,
            PeerConfirmed = peers?.Count(outage => outage.LastBad > outage.Began) ?? 0,
            PeerDetection = scenario.IsOutage && peerFirst is not null ? (peerFirst.Known - truth.Onset.Midpoint).TotalSeconds : null,
        };
    }

    private static bool Meet(Bounds told, Bounds truth) => told.Earliest <= truth.Latest && truth.Earliest <= told.Latest;
}

/// <summary>The row that the JSON output has for each scenario of each run.</summary>
internal sealed record ScenarioRow(
    int Run, string Scenario, string Expected, string? ExpectedClass, string Verdict, string? Class, bool Right, int Outages, int Blips, double? DetectionS, string? Because,
    string PeerModule, string? PeerVerdict, double? PeerDetectionS)
{
    public static ScenarioRow Of(ScenarioResult result, bool hasPeer) => new(
        result.Run + 1, result.Scenario.Name, Word(result.Scenario.Expected), result.Scenario.Class, Word(result.Said), result.Class,
        result.IsRight, result.Outages, result.Blips, Round(result.Detection), result.Because,
        result.Scenario.Module.ToString().ToLowerInvariant(), hasPeer ? result.PeerOutages > 0 ? "down" : "up" : null, Round(result.PeerDetection));

    /// <summary>What is degraded is advice: no outage.</summary>
    public static string Word(State state) => state switch
    {
        State.Up => "up",
        State.Degraded => "degraded",
        State.EffectivelyDown => "effectively_down",
        State.Down => "down",
        State.Maintenance => "maintenance",
        State.Unknown => "unknown",
    };

    private static double? Round(double? seconds) => seconds is { } value ? Math.Round(value, 3) : null;
}
