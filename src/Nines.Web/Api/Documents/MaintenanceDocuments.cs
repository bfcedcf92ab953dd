using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Pricing.Windows;
using NodaTime;
using Bounded = Nines.Reports.Told;

namespace Nines.Web.Api.Documents;

/// <summary>Maintenance on record (nines.maintenance_list/1): rules of the config are declared two days ahead.</summary>
public sealed record MaintenanceDocument
{
    public string Schema => "nines.maintenance_list/1";
    public required long AsOfPosition { get; init; }

    /// <summary>As of when windows are under way or over.</summary>
    public required Instant Now { get; init; }

    /// <summary>What amounts are in; null where nothing is priced.</summary>
    public required string? Currency { get; init; }

    /// <summary>The one that ends first, first.</summary>
    public required ImmutableArray<MaintenanceRow> UnderWay { get; init; }

    /// <summary>The next first.</summary>
    public required ImmutableArray<MaintenanceRow> ToCome { get; init; }

    /// <summary>Of each rule of the config the next window that is not declared yet, within 90 days, or a year for one that happens once; the next first.</summary>
    public required ImmutableArray<ForeseenWindow> Foreseen { get; init; }

    /// <summary>Of the last 90 days, the latest first; 200 at most.</summary>
    public required ImmutableArray<MaintenanceRow> Past { get; init; }
}

/// <summary>A window.</summary>
/// <param name="Status">active, upcoming, over, ended_early or cancelled.</param>
/// <param name="To">When it really ends or ended.</param>
/// <param name="DeclaredTo">When it was to end.</param>
/// <param name="By">Who declared it by hand; null for a rule of the config.</param>
/// <param name="Seen">What was not up in it.</param>
/// <param name="Overran">Outages that began with its end: what was still down then.</param>
/// <param name="Takes">What the gates take down meanwhile, when all of its components are down.</param>
/// <param name="Expected">What it costs when all of that is down for all of it; of what is not over, where it has a price.</param>
public sealed record MaintenanceRow(
    string Window, string Status, ImmutableArray<ComponentId> Components, Instant From, Instant To, Instant DeclaredTo, string? By, string? Reason, Instant? EndedAt, string? EndedBy,
    ImmutableArray<MaintenanceSeen> Seen, ImmutableArray<string> Overran, ImmutableArray<ComponentId> Takes, Bounded? Expected);

/// <summary>A window that a rule of the config will bring. It can be called off when it is declared, two days before.</summary>
/// <param name="Comes">once, or how often in words, by days of UTC: every Sunday.</param>
/// <param name="Expected">What it costs when all of its components, and all that the gates take down with them, are down for all of it; null where it has no price.</param>
public sealed record ForeseenWindow(string Rule, string Comes, ImmutableArray<ComponentId> Components, Instant From, Instant To, Bounded? Expected);

/// <param name="Worst">The worst that was seen under the window.</param>
public sealed record MaintenanceSeen(ComponentId Component, Instant From, Instant To, State Worst);

/// <summary>What a window would cost at each start of the next time (nines.maintenance_best/1).</summary>
/// <param name="NotPriced">Why nothing can be said; null where it can.</param>
public sealed record MaintenanceBest(long AsOfPosition, WindowDocument? Windows, string? NotPriced)
{
    public string Schema => "nines.maintenance_best/1";
}

/// <summary>A window to declare. Of <paramref name="Until"/> and <paramref name="ForS"/> at most one; an hour where neither is there.</summary>
/// <param name="From">Null, or what is over, for now: a window excludes nothing before it is declared.</param>
/// <param name="ForS">Seconds from its start.</param>
public sealed record MaintenanceBody(ImmutableArray<ComponentId> Components, Instant? From = null, Instant? Until = null, decimal? ForS = null, string? Reason = null);
