using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Ledger.Objectives;
using Nines.Ledger.Text;
using Nines.Web.Api.Overview;
using Nines.Web.Health;
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

    /// <summary>What contradicts a settled state and waits for agreement, the worst first.</summary>
    public required ImmutableArray<SuspectedRow> Suspected { get; init; }

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
            Roots = [.. Cascade.Of(situation.Components).Select(cascade => new RootDocument(cascade.Root.Id, cascade.Root.Outage?.Id, [.. cascade.TakesDown.Select(one => one.Id)], [.. cascade.Customers],
                situation.Ahead.Looks.GetValueOrDefault(cascade.Root.Id)?.At, [.. situation.Ahead.Notices.GetValueOrDefault(cascade.Root.Outage?.Id ?? "", []).Select(NoticeRow.Of)]))],
            Suspected = [.. situation.Ahead.Suspicions.Select(one => SuspectedRow.Of(one, situation.Ahead.Looks.GetValueOrDefault(one.Component)?.At))],
            Cost = situation.Cost is CostSoFar.Known known ? new SoFarDocument(known.Currency.Code, known.Loss.Low, known.Loss.Likely, known.Loss.High, known.Of) : null,
            Coverage = DocumentJson.Share(situation.Coverage),
            Blind = situation.Blind,
            Maintenance = [.. situation.Windows.Select(WindowRow.Of)],
            AtRisk = [.. situation.AtRisk.Select(RiskRow.Of)],
        };
    }
}

/// <param name="Outage">Its open outage.</param>
/// <param name="NextLookAt">When it is looked at next, by the scheduler's plan; null where nothing is planned.</param>
/// <param name="Notices">Who is told of the outage, and how far; empty where nobody is.</param>
public sealed record RootDocument(ComponentId Component, string? Outage, ImmutableArray<ComponentId> TakesDown, ImmutableArray<string> Customers, Instant? NextLookAt, ImmutableArray<NoticeRow> Notices);

/// <param name="At">When the channel was told, or given up.</param>
/// <param name="Failed">Why it was given up.</param>
/// <param name="NextAttemptAt">When it is tried again.</param>
public sealed record NoticeRow(string Channel, Instant? At, string? Failed, Instant? NextAttemptAt)
{
    public static NoticeRow Of(NoticeState state) => new(state.Channel, state.At, state.Failed, state.NextAttempt);
}

/// <param name="StillToAgree">So many more looks that say the same make it a state; one that does not makes it a blip.</param>
/// <param name="NextLookAt">When it is looked at next, by the scheduler's plan.</param>
public sealed record SuspectedRow(ComponentId Component, State Suspected, Instant SinceEarliest, Instant SinceLatest, string? Because, int StillToAgree, Instant? NextLookAt)
{
    public static SuspectedRow Of(SuspicionNow one, Instant? next) => new(one.Component, one.Suspected, one.When.Earliest, one.When.Latest, one.Because?.Because, one.StillToAgree, next);
}

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
