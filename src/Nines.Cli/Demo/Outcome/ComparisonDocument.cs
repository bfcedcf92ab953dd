using System.Collections.Immutable;
using Nines.Cli.Demo.Lab;
using Nines.Cli.Output;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Cli.Demo.Outcome;

/// <summary>The result as it is handed out. Instants are RFC 3339 UTC, durations are in seconds.</summary>
/// <param name="Ok">Everything found, bounded and explained, and nothing false.</param>
/// <param name="SlowestS">The longest that this machine let a step wait that takes milliseconds. From 0.3 s on what is wrong may be the machine's doing.</param>
/// <param name="Rows">What happened beside what was measured, then outages that nothing explains.</param>
internal sealed record ComparisonDocument(string Schema, bool Ok, Duration SlowestS, string Config, string Data, ImmutableArray<ComparedDocument> Rows)
{
    public const string CurrentSchema = "nines.demo/1";
    private const string Yes = "✓", No = "✗";

    /// <summary>Characters of a cause in the table, so that its lines fit a wide terminal; the document has all of it.</summary>
    private const int MostOfCause = 66;

    public static Result ResultOf(Comparison comparison, Duration slowest, string config, string data, params IEnumerable<string> hints)
    {
        ImmutableArray<ComparedDocument> rows =
            [.. comparison.Rows.Select(ComparedDocument.Of), .. comparison.Blind.Select(ComparedDocument.Of), .. comparison.False.Select(ComparedDocument.Of)];
        var wrong = rows.Count(row => !row.Ok);
        return Result.Of(
            new ComparisonDocument(CurrentSchema, comparison.Ok, slowest, config, data, rows),
            "rows",
            new Table(
                ["", "FAULT", "COMPONENT", "REALLY", "LASTED", "MEASURED (SHORTEST – LONGEST)", "ONSET", "END", "STATE", "CAUSE", "TOLD AFTER"],
                [.. comparison.Rows.Select(Cells), .. comparison.Blind.Select(Cells), .. comparison.False.Select(Cells)]),
            [
                "",
                "REALLY was witnessed directly, past the watched network. ONSET, END: the true instant lies inside the measured bounds.",
                "A stale head counts from its last block + limit, a silent book from its last message + limit, one with a gap from the gap + limit:",
                "from then on its users are not served. What a maintenance window covers is planned; what goes on after it is not.",
                "What stands on something else has one outage, which names its root: what it costs is counted once.",
                comparison.Ok
                    ? $"{rows.Length} of {rows.Length} found, bounded and explained; no false outage."
                    : $"{wrong} of {rows.Length} not as it should be; false outages: {comparison.False.Length}.",
                .. comparison.Ok || slowest < MachinePulse.Busy ? (string[])[] :
                [
                    $"This machine was too busy: what takes milliseconds took up to {SpokenDuration.Of(slowest)}, and the demo's services are given {SpokenDuration.Of(DemoConfig.LookLimit)} to answer.",
                    "What is wrong above may be the machine's doing. Run the demo again when it is quiet.",
                ],
                .. hints,
            ]);
    }

    private static ImmutableArray<string> Cells(Row row) => row.Measured is { } found
        ?
        [
            Mark(row.Ok), row.Fault, Where(row.Expected.Component, row.Expected.Region), Really(row.Began, row.Ended), Lasted(row.Began, row.Ended),
            Mark(row.LengthInside, found.Length.ToString()), Mark(row.OnsetInside), Mark(row.EndInside), Mark(row.StateRight, found.State.Word()),
            Mark(row.CauseRight, Why(found)), row.DetectedAfter is { } after ? SpokenDuration.Of(after) : "",
        ]
        : [No, row.Fault, Where(row.Expected.Component, row.Expected.Region), Really(row.Began, row.Ended), Lasted(row.Began, row.Ended), "missed", "", "", "", "", ""];

    private static ImmutableArray<string> Cells(BlindRow row) =>
    [
        Mark(row.Ok), row.Fault, "(all)", Really(row.Began, row.Ended), Lasted(row.Began, row.Ended),
        $"no outage; unknown for at least {SpokenDuration.Of(row.Unknown, Rounding.Down)}", "", "",
        row.Seen.IsEmpty ? Mark(true, "unknown") : Mark(false, $"claimed: {string.Join(", ", row.Seen)}"),
        row.SaidBlind ? Mark(true, "our own path") : Mark(false, "not told as our own"), "",
    ];

    private static ImmutableArray<string> Cells(Measured found) =>
    [
        No, "(none)", Where(found.Component, found.Region), "nothing happened", "", $"{found.Id}: {found.Length}, from {InstantText.TimeOf(found.Began.Midpoint)}", "", "",
        found.State.Word(), Why(found), "",
    ];

    private static string Where(ComponentId component, string? region) => region is null ? component.Value : $"{component} from {region}";

    private static string Really(Bounds began, Bounds ended) => $"{InstantText.TimeOf(began.Midpoint)} – {InstantText.TimeOf(ended.Midpoint)}";

    private static string Lasted(Bounds began, Bounds ended) => SpokenDuration.Of(Duration.Max(Duration.Zero, ended.Midpoint - began.Midpoint));

    private static string Why(Measured found)
    {
        var why = found.Cause is { } cause ? $"{cause.Kind.ToString().ToLowerInvariant()}: {cause.Because}" : $"planned: window {found.Id}";
        return why.Length <= MostOfCause ? why : $"{why[..MostOfCause]}…";
    }

    private static string Mark(bool right, string text = "") => text.Length == 0 ? right ? Yes : No : $"{(right ? Yes : No)} {text}";
}

/// <summary>One line of it.</summary>
/// <param name="Fault">Null for an outage that nothing explains.</param>
/// <param name="Component">Null where all are meant.</param>
/// <param name="ExpectedState">Unknown where no outage may be told.</param>
/// <param name="ExpectedRoot">What must be named as the root upstream.</param>
/// <param name="Region">From where alone it is down; null for everywhere.</param>
internal sealed record ComparedDocument(bool Ok, string? Fault, string? Component, State? ExpectedState, string? ExpectedRoot, string? Region = null)
{
    public Instant? ReallyBeganEarliest { get; init; }
    public Instant? ReallyBeganLatest { get; init; }
    public Instant? ReallyEndedEarliest { get; init; }
    public Instant? ReallyEndedLatest { get; init; }
    public MeasuredDocument? Measured { get; init; }
    public bool? OnsetInside { get; init; }
    public bool? EndInside { get; init; }
    public bool? LengthInside { get; init; }
    public bool? StateRight { get; init; }
    public bool? CauseRight { get; init; }
    public Duration? ToldAfterS { get; init; }
    public Duration? UnknownLeastS { get; init; }

    /// <summary>Components of which something was claimed while nothing could be seen.</summary>
    public ImmutableArray<string>? Claimed { get; init; }

    public static ComparedDocument Of(Row row) =>
        new ComparedDocument(row.Ok, row.Fault, row.Expected.Component.Value, row.Expected.State, row.Expected.Root?.Value, row.Expected.Region)
        {
            Measured = row.Measured is { } found ? MeasuredDocument.Of(found) : null,
            OnsetInside = row.OnsetInside,
            EndInside = row.EndInside,
            LengthInside = row.LengthInside,
            StateRight = row.StateRight,
            CauseRight = row.CauseRight,
            ToldAfterS = row.DetectedAfter,
        }.Really(row.Began, row.Ended);

    public static ComparedDocument Of(BlindRow row) => new ComparedDocument(row.Ok, row.Fault, null, State.Unknown, null)
    {
        CauseRight = row.SaidBlind,
        UnknownLeastS = row.Unknown,
        Claimed = [.. row.Seen.Select(id => id.Value)],
    }.Really(row.Began, row.Ended);

    public static ComparedDocument Of(Measured found) => new(false, null, found.Component.Value, null, null, found.Region) { Measured = MeasuredDocument.Of(found) };

    private ComparedDocument Really(Bounds began, Bounds ended) => this with
    {
        ReallyBeganEarliest = began.Earliest,
        ReallyBeganLatest = began.Latest,
        ReallyEndedEarliest = ended.Earliest,
        ReallyEndedLatest = ended.Latest,
    };
}

/// <summary>What was measured, as the ledger has it.</summary>
internal sealed record MeasuredDocument(
    string Id, Instant BeganEarliest, Instant BeganLatest, Instant? EndedEarliest, Instant? EndedLatest, Duration ShortestS, Duration LikelyS, Duration LongestS,
    State State, State WorstState, CauseKind? Cause, string? Because)
{
    public static MeasuredDocument Of(Measured found) => new(
        found.Id, found.Began.Earliest, found.Began.Latest, found.Ended?.Earliest, found.Ended?.Latest, found.Length.Shortest, found.Length.Likely,
        found.Length.Longest, found.State, found.Worst, found.Cause?.Kind, found.Cause?.Because);
}
