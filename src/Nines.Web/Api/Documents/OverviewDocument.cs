using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Ledger.Objectives;
using Nines.Ledger.Text;
using Nines.Web.Api.Overview;
using NodaTime;

namespace Nines.Web.Api.Documents;

/// <summary>The first screen (nines.overview/1).</summary>
public sealed record OverviewDocument
{
    public string Schema => "nines.overview/1";
    public required long AsOfPosition { get; init; }
    public required Instant At { get; init; }

    /// <summary>What the sentence is about: not_watching, broken, regional, degraded, unknown, maintenance, well, nothing.</summary>
    public required Tone Tone { get; init; }

    /// <summary>What is broken, since when, for whom, at what cost so far, and what happens next. For people: it may be worded otherwise in another version.</summary>
    public required string Sentence { get; init; }

    /// <summary>What else there is to know.</summary>
    public required ImmutableArray<string> Asides { get; init; }

    public required int Components { get; init; }

    /// <summary>How many are in each state, every state named.</summary>
    public required ImmutableSortedDictionary<string, int> InState { get; init; }

    /// <summary>What is broken by itself, the worst first, with what each takes down.</summary>
    public required ImmutableArray<RootDocument> Roots { get; init; }

    /// <summary>What open outages have cost so far; null where nothing of them is priced.</summary>
    public required SoFarDocument? Cost { get; init; }

    /// <summary>The seen share of the watched time of all components over the last 30 days.</summary>
    public required decimal? Coverage { get; init; }

    /// <summary>Vantage points whose own path is broken.</summary>
    public required ImmutableArray<string> Blind { get; init; }

    /// <summary>Maintenance under way or to come.</summary>
    public required ImmutableArray<WindowRow> Maintenance { get; init; }

    /// <summary>Objectives that burn or are broken, the worst first.</summary>
    public required ImmutableArray<RiskRow> AtRisk { get; init; }

    public static OverviewDocument Of(OverviewNow now)
    {
        var situation = now.Situation;
        return new OverviewDocument
        {
            AsOfPosition = now.Position,
            At = situation.Now,
            Tone = now.Headline.Tone,
            Sentence = now.Headline.Sentence.ToString(),
            Asides = [.. now.Headline.Asides.Select(aside => aside.ToString())],
            Components = situation.Components.Length,
            InState = Enum.GetValues<State>().ToImmutableSortedDictionary(state => state.Word().Replace(' ', '_'), state => situation.Components.Count(one => one.State == state), StringComparer.Ordinal),
            Roots = [.. Cascade.Of(situation.Components).Select(cascade => new RootDocument(cascade.Root.Id, cascade.Root.Outage?.Id, [.. cascade.TakesDown.Select(one => one.Id)], [.. cascade.Customers]))],
            Cost = situation.Cost is CostSoFar.Known known ? new SoFarDocument(known.Currency.Code, known.Loss.Low, known.Loss.Likely, known.Loss.High, known.Of) : null,
            Coverage = DocumentJson.Share(situation.Coverage),
            Blind = situation.Blind,
            Maintenance = [.. situation.Windows.Select(WindowRow.Of)],
            AtRisk = [.. situation.AtRisk.Select(RiskRow.Of)],
        };
    }
}

/// <param name="Outage">Its open outage.</param>
public sealed record RootDocument(ComponentId Component, string? Outage, ImmutableArray<ComponentId> TakesDown, ImmutableArray<string> Customers);

/// <param name="Of">The components that it is the loss of.</param>
public sealed record SoFarDocument(string Currency, decimal Low, decimal Likely, decimal High, ImmutableArray<ComponentId> Of);

/// <param name="To">When it ends, as far as is known.</param>
public sealed record WindowRow(string Window, ImmutableArray<ComponentId> Components, Instant From, Instant To, string? By, string? Reason)
{
    public static WindowRow Of(WindowOnRecord window) => new(window.Id, window.Components, window.From, window.End, window.By, window.Reason);
}

/// <param name="BudgetLeftLow">What is left of the error budget at least, as a share of it; below 0 when more was lost than allowed.</param>
/// <param name="UsedUpAt">When nothing is left if the outage that is open goes on.</param>
public sealed record RiskRow(string Objective, ComponentId Component, ObjectiveState State, Instant At, decimal BudgetLeftLow, decimal BudgetLeftLikely, decimal BudgetLeftHigh, decimal? BurnRate, Instant? UsedUpAt)
{
    public static RiskRow Of(ObjectiveRisk risk) => new(risk.Objective, risk.Component, risk.State, risk.At, DocumentJson.Share(risk.Left.Low), DocumentJson.Share(risk.Left.Likely), DocumentJson.Share(risk.Left.High), DocumentJson.Share(risk.Rate), risk.UsedUp);
}
