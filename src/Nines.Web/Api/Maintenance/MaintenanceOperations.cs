using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Control;
using Nines.Core.Maintenance;
using Nines.Ledger;
using Nines.Pricing;
using Nines.Pricing.Attribution;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Windows;
using Nines.Response.StatusPage;
using Nines.Web.Access;
using Nines.Web.Api.Documents;
using Nines.Web.Live;
using NodaTime;
using Bounded = Nines.Reports.Told;

namespace Nines.Web.Api.Maintenance;

/// <summary>What is asked and said about maintenance.</summary>
public sealed class MaintenanceOperations(LiveLedger ledger, ConsoleOptions console, Commands commands, TimeProvider time)
{
    public const int MostCharacters = 500;

    private const int MostPast = 200;
    private static readonly Duration ListedFor = Duration.FromDays(90), BestWithin = Duration.FromDays(14), BestEvery = Duration.FromHours(1);

    public Task<MaintenanceDocument> ListAsync(CancellationToken cancellation) => ledger.ReadAsync(ledger =>
    {
        var now = Now;
        var plan = console.Pricing(ledger);
        var rows = ledger.Windows.Where(window => window.End > now - ListedFor).Select(window => RowOf(window, ledger, plan, now)).ToList();
        return new MaintenanceDocument
        {
            AsOfPosition = ledger.Position.Value,
            Now = now,
            Currency = plan?.Sources.Currency.Code,
            UnderWay = [.. rows.Where(row => row.Status == "active").OrderBy(row => row.To).ThenBy(row => row.Window, StringComparer.Ordinal)],
            ToCome = [.. rows.Where(row => row.Status == "upcoming")],
            Foreseen = [.. PageForesight.NextOf(console.Rules(), ledger, now).Select(next => ForeseenOf(next.Rule, next.Window, ledger, plan, now)).OrderBy(window => window.From).ThenBy(window => window.Rule, StringComparer.Ordinal)],
            Past = [.. rows.Where(row => row.Status is not ("active" or "upcoming")).OrderByDescending(row => row.To).ThenBy(row => row.Window, StringComparer.Ordinal).Take(MostPast)],
        };
    }, cancellation);

    /// <summary>When a window costs least within the next 14 days.</summary>
    /// <param name="component">What is taken down; null for everything that has a price.</param>
    /// <exception cref="ApiProblem">There is no such component.</exception>
    public Task<MaintenanceBest> BestAsync(ComponentId? component, Duration length, CancellationToken cancellation) => ledger.ReadAsync(ledger =>
    {
        if (component is { } one && ledger.Find(one) is null)
            throw ApiProblem.NotFound("NIN4003", "No such component", $"There is no component '{one}' on record.{DidYouMean.Sentence(one.Value, ledger.Components.Select(known => known.Id.Value))}");
        if (console.Pricing(ledger) is not { } plan) return new MaintenanceBest(ledger.Position.Value, null, "Nothing says what things cost, so no time is better than another. Add losses under pricing.");
        try
        {
            var search = WindowSearch.Of(ledger, plan, new WindowRequest { Component = component, Now = Now, Length = length, Horizon = BestWithin, Every = BestEvery, Zone = ZoneOf(plan) });
            return new MaintenanceBest(ledger.Position.Value, WindowDocument.Of(search, plan.Digest), null);
        }
        catch (PricingException not)
        {
            return new MaintenanceBest(ledger.Position.Value, null, $"{not.Code}: {not.Message}");
        }
    }, cancellation);

    /// <exception cref="ApiProblem">It makes no sense, or the watch is out of reach.</exception>
    public Task<ToldDocument> StartAsync(MaintenanceBody body, Caller by, CancellationToken cancellation)
    {
        if (body is { Until: not null, ForS: not null }) throw Wrong("for_s", "and until both say when it ends. Give one of them.");
        if (body.ForS is <= 0 or > 31_622_400) throw Wrong("for_s", "is not a length of 1 s to 7 d.");
        if (body.Components.IsDefaultOrEmpty) throw Wrong("components", "is empty: name at least one.");
        return commands.TellAsync(
            new ControlCommand.StartMaintenance(
                body.Components, body.ForS is { } seconds ? Nines.Ledger.Documents.DocumentJson.FromSeconds(seconds) : null, body.Until,
                string.IsNullOrWhiteSpace(body.Reason) ? null : Text.Of("reason", body.Reason, MostCharacters), body.From),
            by, cancellation);
    }

    /// <exception cref="ApiProblem">It is not under way or to come, or the watch is out of reach.</exception>
    public Task<ToldDocument> EndAsync(string window, Caller by, CancellationToken cancellation) => commands.TellAsync(new ControlCommand.EndMaintenance(window), by, cancellation);

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private static MaintenanceRow RowOf(WindowOnRecord window, LedgerProjection ledger, PricingPlan? plan, Instant now)
    {
        var status = window.EndedAt is { } ended && ended < window.To && ended <= now ? ended <= window.From ? "cancelled" : "ended_early" : now < window.From ? "upcoming" : now < window.End ? "active" : "over";
        var isOver = status is not ("active" or "upcoming");
        ImmutableArray<ComponentId> takes = isOver ? [] : [.. window.Components.SelectMany(id => ledger.Dependencies.DownWith(id)).Distinct().Except(window.Components).Order()];
        var own = window.Components.Select(ledger.Find).OfType<ComponentLedger>().ToList();
        return new MaintenanceRow(
            window.Id, status, window.Components, window.From, window.End, window.To, window.By, window.Reason, window.EndedAt, window.EndedBy,
            [.. own.SelectMany(component => component.Maintenance).Where(kept => kept.Window == window.Id).Select(kept => new MaintenanceSeen(kept.Component, kept.From, kept.To, kept.Seen))],
            [.. own.SelectMany(component => component.Outages).Where(outage => outage.Began.Earliest == window.End && (outage.CorrectedCause is null ? outage.Causes : outage.JudgedCauses).Any(share => share.Cause.Kind == CauseKind.Maintenance)).Select(outage => outage.Id)],
            takes, isOver || plan is null ? null : CostOf([.. window.Components, .. takes], Instant.Max(window.From, now), window.End, plan));
    }

    private static ForeseenWindow ForeseenOf(MaintenanceRule rule, MaintenanceWindow next, LedgerProjection ledger, PricingPlan? plan, Instant now)
    {
        ImmutableArray<ComponentId> down = [.. next.Components.Concat(next.Components.SelectMany(id => ledger.Dependencies.DownWith(id))).Distinct()];
        return new ForeseenWindow(
            rule.Name, rule is MaintenanceRule.Once ? "once" : PageForesight.RepeatsOf(rule, PageTexts.English, DateTimeZone.Utc, now), next.Components, next.From, next.To,
            plan is null ? null : CostOf(down, next.From, next.To, plan));
    }

    /// <returns>Null where none of it has a price, or it cannot be reckoned.</returns>
    private static Bounded? CostOf(ImmutableArray<ComponentId> down, Instant from, Instant to, PricingPlan plan)
    {
        var priced = down.Where(id => plan.Of(id).Any(model => model.Class is LossClass.Revenue or LossClass.Stake)).ToList();
        if (priced.Count == 0 || to <= from) return null;
        try
        {
            return Bounded.Of(Estimate.Sum(priced.Select(id => Pricer.Price(LostEpisode.Whole(id, from, to), plan).Total)), plan.Sources.Currency);
        }
        catch (PricingException)
        {
            return null; // a series or rate that does not reach there: said where the best hour is asked for
        }
    }

    private static DateTimeZone ZoneOf(PricingPlan plan) =>
        plan.Options.Series.Select(series => series.Zone).FirstOrDefault(zone => zone is not null) is { } id && DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) is { } zone ? zone : DateTimeZone.Utc;

    private static ApiProblem Wrong(string name, string what) =>
        new(422, "NIN4021", "A window that cannot be declared", $"{name} {what}", "Look at the description of the route.") { Mistakes = [new ApiProblem.Mistake("body", name, what)] };
}
