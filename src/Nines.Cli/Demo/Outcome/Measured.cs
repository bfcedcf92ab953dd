using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Ledger.Outages;
using NodaTime;

namespace Nines.Cli.Demo.Outcome;

/// <summary>What the watcher says that happened to one component: an outage, or what it saw within a maintenance window.</summary>
/// <param name="Id">The outage's name, or the window's.</param>
/// <param name="Region">From where alone; null for the component as a whole.</param>
/// <param name="Ended">Null while it goes on.</param>
/// <param name="State">What it likely was for the longest; maintenance for what a window covers. A single look that hung does not change what a fault looks like.</param>
/// <param name="Worst">The worst that it likely was, however short.</param>
/// <param name="Cause">Null for maintenance: a window needs no other.</param>
internal sealed record Measured(
    string Id, ComponentId Component, string? Region, Bounds Began, Bounds? Ended, Instant KnownUntil, Length Length, State State, State Worst, Cause? Cause)
{
    public static Measured Of(Outage outage) =>
        new(outage.Id, outage.Component, outage.Region, outage.Began, outage.Ended, outage.KnownUntil, outage.Length, MostlyOf(outage), outage.Worst, outage.Cause);

    /// <summary>Each time in which a window covered that a component was not up, with the bounds of what was seen under it.</summary>
    public static IEnumerable<Measured> MaintenanceOf(LedgerProjection ledger, ComponentId id)
    {
        if (ledger.Find(id) is not { } component) yield break;
        foreach (var window in component.Maintenance.GroupBy(maintained => maintained.Window))
        {
            var until = window.Max(maintained => maintained.To);
            var under = component.Whole.Within(component.Whole.Segments[0].From, until).Where(stretch => stretch.Segment.Window == window.Key).ToList();
            var possible = under.FindAll(stretch => stretch.Segment.Worst.IsDown());
            var sure = under.FindAll(stretch => stretch.Segment.Best.IsDown());
            if (possible.Count == 0 || sure.Count == 0) continue;
            yield return new Measured(
                window.Key, id, null, new Bounds(possible[0].From, sure[0].From), new Bounds(sure[^1].To, possible[^1].To), possible[^1].To,
                new Length(Sum(sure), Sum(under.FindAll(stretch => stretch.Segment.Likely.IsDown())), Sum(possible)), State.Maintenance,
                window.Select(maintained => maintained.Seen).Max(), null);
        }
    }

    private static State MostlyOf(Outage outage) => outage.Stretches
        .Where(stretch => stretch.Segment.Window is null && stretch.Segment.Likely.IsDown())
        .GroupBy(stretch => stretch.Segment.Likely)
        .OrderByDescending(state => Sum(state))
        .ThenByDescending(state => state.Key)
        .Select(state => (State?)state.Key)
        .FirstOrDefault() ?? outage.Worst;

    private static Duration Sum(IEnumerable<Stretch> stretches) => stretches.Aggregate(Duration.Zero, (sum, stretch) => sum + stretch.Length);
}
