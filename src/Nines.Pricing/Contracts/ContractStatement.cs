using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core.Components;
using Nines.Ledger.Availability;
using Nines.Ledger.Policies;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Contracts;

/// <summary>What was promised to a customer over a period, what was reached, and what is due. The same journal position, policy and contract give the same statement.</summary>
public sealed record ContractStatement
{
    public required ContractOptions Contract { get; init; }

    public string Customer => Contract.Customer ?? Contract.Name;

    public required BillingPeriod Period { get; init; }

    /// <summary>First instant of the period in which the contract is in force.</summary>
    public required Instant From { get; init; }

    /// <summary>First instant after the contract's part of the period.</summary>
    public required Instant To { get; init; }

    public required JournalPosition AsOf { get; init; }

    /// <summary>Up to when figures reach; before <see cref="To"/> while the period goes on or its end is not judged.</summary>
    public required Instant KnownUntil { get; init; }

    public bool IsProvisional => KnownUntil < To;

    public required Policy Policy { get; init; }

    public required ImmutableArray<ComponentStatement> Components { get; init; }

    /// <summary>The worst component's at each bound; null when nothing of any is known.</summary>
    public Share? Availability { get; init; }

    /// <summary>The lowest of the components'.</summary>
    /// <value>0 to 1, of what was judged.</value>
    public required decimal Coverage { get; init; }

    /// <summary>Of the contract's part of the period, in <see cref="Currency"/>.</summary>
    public required decimal Fee { get; init; }

    public Currency Currency => Contract.Fee.Currency;

    /// <summary>Low if outages were as short as they can have been, high if as long.</summary>
    public required Estimate Credit { get; init; }

    /// <summary>The last day on which it may be claimed, in the contract's zone.</summary>
    public required LocalDate ClaimUntil { get; init; }

    /// <summary>Where the bounds lie in different tiers: what is due on either side. The first of <see cref="Said"/>.</summary>
    public required ImmutableArray<string> Straddles { get; init; }

    /// <summary>What was not seen, so that more may be due than is reckoned. In <see cref="Said"/> too.</summary>
    public required ImmutableArray<string> Gaps { get; init; }

    /// <summary>What there is to know beside the figures, the most important first, as whole sentences.</summary>
    public required ImmutableArray<string> Said { get; init; }

    public required ImmutableArray<WorkingStep> Working { get; init; }

    /// <summary>Of all components, in order of time.</summary>
    public IEnumerable<StatementLine> Lines => Components.SelectMany(component => component.Lines).OrderBy(line => line.From).ThenBy(line => line.Component);
}

/// <summary>One component of a contract.</summary>
/// <param name="Availability">Null when nothing of it is known in the period.</param>
/// <param name="LostS">Counted downtime in seconds, by weight.</param>
/// <param name="BaseS">What availability is a share of.</param>
/// <param name="Credit">What this component alone would make due: with <see cref="PromiseOf.Each"/> of its part of the fee.</param>
/// <param name="LeftS">How much more may likely be lost before the next tier is missed; null below the last one, and without tiers.</param>
public sealed record ComponentStatement(ComponentId Component, Share? Availability, decimal Coverage, Estimate LostS, decimal BaseS, Estimate Credit, decimal? LeftS, ImmutableArray<StatementLine> Lines);
