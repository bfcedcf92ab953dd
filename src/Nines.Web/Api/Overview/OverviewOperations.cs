using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Response.StatusPage;
using Nines.Web.Api.Documents;
using Nines.Web.Health;
using Nines.Web.Live;
using NodaTime;

namespace Nines.Web.Api.Overview;

/// <summary>What the first screen shows.</summary>
public sealed record OverviewNow
{
    /// <summary>The journal's position that it is as of.</summary>
    public required long Position { get; init; }

    public required Headline Headline { get; init; }
    public required Situation Situation { get; init; }

    /// <summary>Those that the filter takes, the worst first, of this page only.</summary>
    public required ImmutableArray<Card> Cards { get; init; }

    /// <summary>How many the filter takes.</summary>
    public required int Found { get; init; }

    /// <summary>From 1 on.</summary>
    public required int Page { get; init; }

    public int Pages => Math.Max(1, (Found + OverviewOperations.PageSize - 1) / OverviewOperations.PageSize);
}

/// <summary>What is asked about all components at once.</summary>
public sealed class OverviewOperations(LiveLedger ledger, BudgetBoard budgets, ConsoleOptions options, WebOptions web)
{
    public const int PageSize = 50;

    private readonly Board board = new(options.Pricing);

    /// <param name="page">From 1 on; beyond the last it is the last.</param>
    public async Task<OverviewNow> ReadAsync(OverviewFilter filter, int page, CancellationToken cancellation)
    {
        var status = web.Status();
        var atRisk = await budgets.ReadAsync(cancellation);
        var now = await ledger.ReadAsync(ledger =>
        {
            var all = board.Look(ledger);
            var situation = SituationOf(ledger, all, status, atRisk);
            var found = Sorted(all.Where(filter.Takes));
            var shown = Math.Clamp(page, 1, Math.Max(1, (found.Count + PageSize - 1) / PageSize));
            return new OverviewNow
            {
                Position = ledger.Position.Value,
                Headline = Headline.Of(situation),
                Situation = situation,
                Cards = [.. found.Skip((shown - 1) * PageSize).Take(PageSize).Select(one => board.CardOf(ledger, one))],
                Found = found.Count,
                Page = shown,
            };
        }, cancellation);
        budgets.Renew(string.Join(' ', now.Situation.Components.Where(one => one.IsBroken).Select(one => one.Id)));
        return now;
    }

    public async Task<OverviewDocument> GetAsync(CancellationToken cancellation) => OverviewDocument.Of(await ReadAsync(OverviewFilter.All, 1, cancellation));

    /// <summary>Components with their figures, in the order of their names.</summary>
    public Task<ComponentsDocument> ListAsync(OverviewFilter filter, PageAsked page, CancellationToken cancellation) => ledger.ReadAsync(ledger =>
    {
        var rows = page.Cut(board.Look(ledger).Where(filter.Takes), one => one.Id.Value);
        return new ComponentsDocument(ledger.Position.Value, [.. rows.Rows.Select(one => ComponentRow.Of(board.CardOf(ledger, one)))], rows.Next);
    }, cancellation);

    /// <summary>How one component stands; null when the config on record has none of that name.</summary>
    internal Card? Find(LedgerProjection ledger, Core.Components.ComponentId id) =>
        ledger.Find(id) is { InConfig: true } && board.Look(ledger).FirstOrDefault(one => one.Id == id) is { } standing ? board.CardOf(ledger, standing) : null;

    internal ImmutableArray<Standing> Look(LedgerProjection ledger) => board.Look(ledger);

    /// <summary>Worst first; of those what is broken by itself before what it takes down, and then by name.</summary>
    private static List<Standing> Sorted(IEnumerable<Standing> all) =>
        [.. all.OrderByDescending(one => one.Badness).ThenBy(one => one.Badness > 0 && one.Cause?.Kind == CauseKind.Upstream).ThenBy(one => one.Badness > 0 ? one.SinceLikely : null).ThenBy(one => one.Id)];

    internal Ahead AheadOf(LedgerProjection ledger, IEnumerable<Standing> concerned, WatchStatus? status)
    {
        var hit = concerned.ToList();
        var suspected = status is null ? [] : status.Suspicions.Select(one => one.Component);
        return Ahead.Of(ledger, status, [.. hit.Select(one => one.Id).Concat(suspected)], hit.Select(one => one.Outage).OfType<Ledger.Outages.Outage>(), options.NextLook, options.Notices());
    }

    private Situation SituationOf(LedgerProjection ledger, ImmutableArray<Standing> all, WatchStatus? status, ImmutableArray<ObjectiveRisk> atRisk)
    {
        var now = status?.Now ?? ledger.Frontier ?? Instant.FromDateTimeOffset(web.Time.GetUtcNow());
        return new Situation
        {
            Now = now,
            Watch = WatchCondition.Of(status, ledger.Frontier),
            Components = all,
            Cost = board.CostOf(ledger, all),
            Windows = [.. ledger.Windows.Where(window => window.End > now)],
            Foreseen = ledger.Windows.Any(window => window.From > now && window.End > window.From) ? null
                : PageForesight.NextOf(options.Rules(), ledger, now).Select(next => next.Window).MinBy(window => window.From),
            Blind = status is null ? [] : [.. status.Figures.VantagePoints.Where(point => point.Blind).Select(point => point.Name)],
            VantagePoints = status?.Figures.VantagePoints.Length ?? 0,
            Coverage = board.Coverage(ledger),
            WatchedFor = ledger.WatchedFrom is { } from ? Duration.Max(Duration.Zero, now - from) : null,
            AtRisk = atRisk,
            Ahead = AheadOf(ledger, all.Where(one => one.IsBroken || one.State is not (State.Up or State.Maintenance) || !one.RegionsOut.IsEmpty), status),
        };
    }
}
