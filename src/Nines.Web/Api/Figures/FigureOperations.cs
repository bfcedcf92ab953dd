using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Ledger.Objectives;
using Nines.Ledger.Policies;
using Nines.Pricing.Attribution;
using Nines.Pricing.Documents;
using Nines.Pricing.Plan;
using Nines.Web.Live;
using NodaTime;

namespace Nines.Web.Api.Figures;

/// <summary>Figures over the ledger: policies, availability under one, objectives, and what outages cost.</summary>
public sealed class FigureOperations(LiveLedger live, LongReading reading, ConsoleOptions console)
{
    public Task<PoliciesDocument> PoliciesAsync(CancellationToken cancellation) => live.ReadAsync(PoliciesDocument.Of, cancellation);

    /// <summary>Availability of all components over a window, under a named policy.</summary>
    /// <param name="from">Null for the first instant watched.</param>
    /// <param name="to">Null for the last one judged.</param>
    /// <exception cref="ApiProblem">There is no such policy.</exception>
    /// <exception cref="Ledger.Reports.ReportException">Nothing of the window is known.</exception>
    public Task<ReportDocument> AvailabilityAsync(string? policy, Instant? from, Instant? to, CancellationToken cancellation) =>
        reading.ReadAsync((ledger, _) => Task.FromResult(ReportDocument.Of(Ledger.Reports.Reporter.Make(ledger, AskedPolicy.Of(ledger, policy), from, to))), cancellation);

    /// <summary>Objectives with their budgets and burn rates, as of the last instant judged.</summary>
    /// <param name="name">Null for all. One is told with the times at which its burn alerts fired.</param>
    /// <exception cref="ApiProblem">There is no such objective.</exception>
    public Task<ObjectivesDocument> ObjectivesAsync(string? name, CancellationToken cancellation) => reading.ReadAsync((ledger, _) =>
    {
        ImmutableArray<Objective> asked = name is null ? ledger.Objectives : [ledger.ObjectiveNamed(name)];
        if (asked.IsEmpty || ledger.Frontier is null) return Task.FromResult(new ObjectivesDocument(ObjectivesDocument.SchemaName, ledger.Position.Value, ledger.Frontier ?? Instant.FromUnixTimeTicks(0), []));
        var reporter = new ObjectiveReporter(ledger);
        var reports = asked.SelectMany(objective => reporter.Make(objective, withFirings: name is not null))
            .OrderBy(report => report.Objective.Name, StringComparer.Ordinal).ThenBy(report => report.Component);
        return Task.FromResult(ObjectivesDocument.Of(ledger.Position.Value, reporter.At, reports));
    }, cancellation);

    /// <summary>What open outages have cost so far, and what a minute and an hour more add.</summary>
    /// <exception cref="ApiProblem">Nothing is priced.</exception>
    public Task<PriceNowDocument> PriceNowAsync(string? policy, CancellationToken cancellation) => live.ReadAsync(ledger =>
    {
        var (plan, counts) = (PlanFor(ledger), AskedPolicy.Of(ledger, policy));
        return new PriceNowDocument(PriceNowDocument.SchemaName, ledger.Position.Value, ledger.WatchedUntil, counts.Name, plan.Digest, plan.Sources.Currency.Code, [.. OpenLoss.Of(ledger, plan, counts).Select(OpenLossDocument.Of)]);
    }, cancellation);

    /// <summary>What the outages of a window cost, by component and outage, with the reasons.</summary>
    /// <param name="only">Empty for all.</param>
    /// <exception cref="ApiProblem">Nothing is priced, or there is no such policy.</exception>
    public Task<PriceDocument> PriceAsync(string? policy, Instant? from, Instant? to, ImmutableArray<ComponentId> only, CancellationToken cancellation) =>
        reading.ReadAsync((ledger, _) => Task.FromResult(PriceDocument.Of(PricedWindow.Of(ledger, PlanFor(ledger), AskedPolicy.Of(ledger, policy), from, to, only.IsEmpty ? null : only.ToHashSet()))), cancellation);

    /// <summary>The line that the canonical export has of a component: the same bytes from every rebuild of the same position.</summary>
    /// <exception cref="ApiProblem">There is no such component.</exception>
    public Task<byte[]> ExportAsync(ComponentId component, CancellationToken cancellation) => live.ReadAsync(ledger =>
    {
        using var line = new MemoryStream();
        LedgerExport.Write(ledger.ComponentNamed(component), line);
        return line.ToArray();
    }, cancellation);

    private PricingPlan PlanFor(LedgerProjection ledger) => console.Pricing(ledger)
        ?? throw new ApiProblem(409, "NIN4250", "Nothing says what things cost", "The config has no pricing, or its files cannot be used.", "Write some under 'pricing' in the config, and reload.");
}

/// <summary>What open outages cost (nines.price_now/1).</summary>
/// <param name="WatchedUntil">So far they are reckoned.</param>
/// <param name="Plan">SHA-256 of the pricing and its files.</param>
public sealed record PriceNowDocument(string Schema, long AsOfPosition, Instant? WatchedUntil, string Policy, string Plan, string Currency, ImmutableArray<OpenLossDocument> Outages)
{
    public const string SchemaName = "nines.price_now/1";
}
