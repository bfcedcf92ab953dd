using Nines.Bench.Truths;
using Nines.Core;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Bench.Protocols;

/// <summary>What was said of one scenario in one run.</summary>
/// <param name="Said">The worst state told of it after the onset; maintenance when that is all that was.</param>
/// <param name="Cause">What that state was put down to; null when it was up all the time.</param>
/// <param name="Detection">From the true onset until a reader of the journal could know, in seconds; null without a (true) outage.</param>
/// <param name="IsContained">The true onset (and end, where it was mended) are within the bounds told.</param>
/// <param name="Outages">Outages told; more than one for one fault is wrong, too.</param>
/// <param name="TwinFell">What was told of the healthy twin, and must not have been; null when it stayed up.</param>
internal sealed record ProtocolResult(
    int Run, string Part, ProtocolScenario Scenario, State Said, CauseKind? Cause, string? Because, double? Detection, bool IsContained, int Outages, string? TwinFell)
{
    /// <summary>What was told and what was true, in seconds after the true onset; null when the one contains the other.</summary>
    public string? Beside { get; init; }

    public bool IsRightState => Said == Scenario.Expected;

    public bool IsRightCause => Cause == Scenario.Cause && (Scenario.MustSay is not { } text || Because?.Contains(text, StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>One outage was told where there was one.</summary>
    public bool IsFound => Outages == 1;

    public bool IsRight => IsRightState && IsRightCause && Outages == (Scenario.IsOutage ? 1 : 0) && (IsContained || !Scenario.IsOutage) && TwinFell is null;

    public static ProtocolResult Of(int run, string part, ProtocolScenario scenario, TrueOutage truth, Findings findings)
    {
        var outages = findings.Outages.Where(outage => outage.Region is null && outage.Component.Value == scenario.Name).ToArray();
        var worst = Worst(findings, scenario.Name);
        var first = outages.Length == 1 ? outages[0] : null;
        var contained = first is not null && Meet(first.Began, truth.Onset) && (scenario.HealAsync is null ? first.IsOpen : first.Ended is { } ended && Meet(ended, truth.End));
        return new ProtocolResult(run, part, scenario, worst?.Shown ?? State.Up, worst?.Cause?.Kind, worst?.Cause?.Because,
            first is not null && findings.Heard.TryGetValue(first.Id, out var heard) ? (heard - truth.Onset.Midpoint).TotalSeconds : null,
            contained,
            outages.Length, Worst(findings, scenario.Twin) is { } fell ? $"{fell.Shown.Word()}: {fell.Cause?.Because}" : null)
        {
            Beside = first is null || contained ? null : $"told {After(first.Began)}, {(first.Ended is { } end ? After(end) : "open")}; true {After(truth.Onset)}, {(scenario.HealAsync is null ? "open" : After(truth.End))}",
        };

        string After(Bounds bounds) => FormattableString.Invariant($"{(bounds.Earliest - truth.Onset.Earliest).TotalSeconds:0.00} – {(bounds.Latest - truth.Onset.Earliest).TotalSeconds:0.00} s");
    }

    /// <summary>The stretch with the worst likely state outside of windows; one inside when there is no other. Null for a component that was up whenever it was seen.</summary>
    private static Segment? Worst(Findings findings, string component) => findings.Timelines.GetValueOrDefault(component)?
        .Where(segment => segment.Likely is State.Degraded or State.EffectivelyDown or State.Down)
        .OrderBy(segment => segment.Window is not null).ThenByDescending(segment => segment.Likely).FirstOrDefault();

    private static bool Meet(Bounds told, Bounds truth) => told.Earliest <= truth.Latest && truth.Earliest <= told.Latest;
}

/// <summary>The row that the JSON output has for each scenario of each run.</summary>
internal sealed record ProtocolRow(
    int Run, string Part, string Scenario, bool Right, string Expected, string? ExpectedCause, string State, string? Cause, string? Because, int Outages, bool Contained, double? DetectionS, string? TwinFell)
{
    public static ProtocolRow Of(ProtocolResult result) => new(
        result.Run + 1, result.Part, result.Scenario.Name, result.IsRight, result.Scenario.Expected.Word(), Word(result.Scenario.Cause), result.Said.Word(), Word(result.Cause),
        result.Because, result.Outages, result.IsContained, result.Detection is { } seconds ? Math.Round(seconds, 3) : null, result.TwinFell);

    public static string? Word(CauseKind? cause) => cause?.ToString().ToLowerInvariant();
}
