using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger.History;
using NodaTime;

namespace Nines.Ledger.Tests.Histories;

/// <summary>Looks and incidents in minutes since <see cref="Zero"/>.</summary>
internal static class Telling
{
    public static readonly Instant Zero = Instant.FromUtc(2026, 1, 1, 0, 0), Now = Instant.FromUtc(2026, 6, 1, 0, 0);

    public static Instant At(double minutes) => Zero + Duration.FromMinutes(minutes);

    public static Duration Minutes(double minutes) => Duration.FromMinutes(minutes);

    /// <summary>One look a word: u(p), d(own), g (degraded), e(ffectively down), - (none), m(aintenance).</summary>
    public static (ReadHistory History, RowAccount Rows) Looks(string states, LookSource? source = null, double every = 1)
    {
        var rows = new RowAccount();
        var looks = new List<Look>();
        for (var i = 0; i < states.Length; i++)
        {
            if (states[i] == '-') continue;
            rows.Add(i + 1);
            looks.Add(new Look("shop", At(i * every), states[i] switch { 'u' => State.Up, 'd' => State.Down, 'g' => State.Degraded, 'e' => State.EffectivelyDown, 'm' => State.Maintenance, _ => State.Unknown }, "", i + 1));
        }
        return (LookTimelines.Build(looks, source ?? Every(every), rows, Now), rows);
    }

    public static LookSource Every(double minutes, bool confirms = false) => new()
    {
        Tool = "Poller", Records = LooksRecorded.Every, Cadence = Minutes(minutes), CadenceIsGiven = true, Timeout = Duration.FromSeconds(30), Confirms = confirms,
    };

    public static (ReadHistory History, RowAccount Rows) Incidents(params (double Start, double? End, Impact Impact)[] told)
    {
        var rows = new RowAccount();
        var incidents = new List<Incident>();
        foreach (var (start, end, impact) in told)
        {
            rows.Add(incidents.Count + 1);
            incidents.Add(new Incident(["shop"], At(start), end is { } until ? At(until) : null, impact, $"incident {incidents.Count + 1}", incidents.Count + 1));
        }
        return (IncidentTimelines.Build(incidents, new IncidentSource { Tool = "Page", From = Zero, To = At(1_000) }, rows, Now), rows);
    }

    /// <summary>The segments as words: from, best, likely, worst, outage.</summary>
    public static string[] Words(this ReadHistory history) =>
        [.. history.Targets.Single().Segments.Select(segment => FormattableString.Invariant($"{(segment.From - Zero).TotalMinutes:0.##} {Letter(segment.Best)}{Letter(segment.Likely)}{Letter(segment.Worst)}{(segment.Outage is null ? "" : " " + segment.Outage)}{(segment.Window is null ? "" : " " + segment.Window)}"))];

    public static int Sum(this RowAccount rows) => Enum.GetValues<RowFate>().Sum(rows.Count);

    public static Segment SegmentAt(this TargetHistory target, Instant instant) => target.Segments.Last(segment => segment.From <= instant);

    private static char Letter(State state) => state switch { State.Up => 'u', State.Degraded => 'g', State.EffectivelyDown => 'e', State.Down => 'd', State.Unknown => '?', State.Maintenance => 'm' };
}
