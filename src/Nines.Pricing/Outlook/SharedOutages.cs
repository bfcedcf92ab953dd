using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Pricing.Attribution;
using NodaTime;

namespace Nines.Pricing.Outlook;

/// <summary>What makes outages of several components one event.</summary>
public enum Togetherness
{
    /// <summary>Nothing: each component's outages come by themselves.</summary>
    Independent,

    /// <summary>A root on record, out at that time, that both were judged to be out for; or that one of them is.</summary>
    SharedRoots,

    /// <summary>That, or likely time in common: what else they may have had in common is not on record.</summary>
    Overlapping,
}

/// <summary>Which of the components' outages were one event, and what it cost each.</summary>
internal sealed class SharedOutages
{
    private readonly Dictionary<string, string> parents = new(StringComparer.Ordinal);

    private SharedOutages() { }

    /// <summary>Events that more than one component had a part in: what each cost, by the component's place in the list.</summary>
    public List<Dictionary<int, double>> Events { get; } = [];

    /// <summary>Outages that are part of them.</summary>
    public int Outages { get; private set; }

    /// <summary>By component: costs of the outages that it had alone.</summary>
    public List<double>[] Alone { get; private set; } = [];

    public static SharedOutages Of(LedgerProjection ledger, IReadOnlyList<PricedHistory> histories, Togetherness by)
    {
        var shared = new SharedOutages { Alone = [.. histories.Select(_ => new List<double>())] };
        if (by != Togetherness.Independent) shared.JoinRoots(ledger, histories);
        if (by == Togetherness.Overlapping) shared.JoinOverlapping(histories);
        var outages = histories.SelectMany((history, place) => history.Costly.Select(loss => (Place: place, Cost: (double)loss.Total.Likely, Event: shared.Find(loss.Episode.Id))));
        foreach (var together in outages.GroupBy(outage => outage.Event))
        {
            if (together.Select(outage => outage.Place).Distinct().Skip(1).Any())
            {
                shared.Events.Add(together.GroupBy(outage => outage.Place).ToDictionary(own => own.Key, own => own.Sum(outage => outage.Cost)));
                shared.Outages += together.Count();
            }
            else
            {
                shared.Alone[together.First().Place].AddRange(together.Select(outage => outage.Cost));
            }
        }
        return shared;
    }

    /// <summary>Of events that are known to be such.</summary>
    /// <param name="events">Costs by component, each.</param>
    internal static SharedOutages Of(IEnumerable<double[]> events, IReadOnlyList<double[]> alone)
    {
        var shared = new SharedOutages { Alone = [.. alone.Select(costs => costs.ToList())] };
        shared.Events.AddRange(events.Select(costs => costs.Select((cost, place) => (cost, place)).ToDictionary(own => own.place, own => own.cost)));
        return shared;
    }

    /// <summary>An outage is one with that of its root that was there while it was judged to be out for it (of several roots the first: TRUTH 13).</summary>
    private void JoinRoots(LedgerProjection ledger, IReadOnlyList<PricedHistory> histories)
    {
        foreach (var loss in histories.SelectMany(history => history.Costly))
            foreach (var span in loss.Episode.Spans)
                if (span is { Likely: > 0, Cause: { Kind: CauseKind.Upstream, Roots.Length: > 0 } cause } && OutageOf(ledger, cause.Roots[0], span.From, span.To) is { } root)
                    Join(loss.Episode.Id, root);
    }

    private static string? OutageOf(LedgerProjection ledger, ComponentId root, Instant from, Instant to)
    {
        if (ledger.Find(root) is not { } component) return null;
        // In order of their beginnings: the last that began before the end is it, if it was not over.
        var outages = component.Outages;
        int low = 0, high = outages.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (outages[middle].Began.Earliest < to) low = middle + 1;
            else high = middle;
        }
        return low > 0 && outages[low - 1].KnownUntil > from ? outages[low - 1].Id : null;
    }

    private void JoinOverlapping(IReadOnlyList<PricedHistory> histories)
    {
        var extents = histories.SelectMany(history => history.Costly).Select(loss =>
        {
            var likely = loss.Episode.Spans.Where(span => span.Likely > 0).ToList();
            return (likely[0].From, likely[^1].To, loss.Episode.Id);
        }).OrderBy(extent => extent.From).ToList();
        var (until, last) = (Instant.MinValue, "");
        foreach (var (from, to, id) in extents)
        {
            if (from < until) Join(last, id);
            if (to > until) (until, last) = (to, id);
        }
    }

    private void Join(string one, string other)
    {
        var (root, joined) = (Find(one), Find(other));
        if (root != joined) parents[joined] = root;
    }

    private string Find(string id)
    {
        while (parents.TryGetValue(id, out var parent)) id = parents.TryGetValue(parent, out var over) ? parents[id] = over : parent;
        return id;
    }
}
