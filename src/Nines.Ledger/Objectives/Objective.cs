using System.Collections.Immutable;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Ledger.Objectives;

/// <summary>What share of the time a component is to be up, over which window, and what follows when it is not.</summary>
public sealed record Objective
{
    /// <summary>Most objectives of one config, most steps of one budget policy.</summary>
    public const int Most = 1_000, MostSteps = 20;

    public required string Name { get; init; }

    /// <summary>One line that stands under its reports; null for none.</summary>
    public string? About { get; init; }

    /// <summary>The component it is for; null when <see cref="Labels"/> choose several.</summary>
    public ComponentId? Component { get; init; }

    /// <summary>It is for each component that has all of these, by itself: one that is down is not made up for by others.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <value>0 to 1, both excluded: without a budget nothing could be spent, and all of it cannot be.</value>
    public required decimal Target { get; init; }

    public required ObjectiveWindow Window { get; init; }

    /// <summary>The only hours that count; null for all.</summary>
    public BusinessHours? Hours { get; init; }

    /// <summary>The policy by which time counts as lost; null for the config's.</summary>
    public string? Policy { get; init; }

    /// <summary>Null when each instant counts for itself.</summary>
    public Slices? Slices { get; init; }

    /// <summary>What follows when so much of the budget is spent, the least first.</summary>
    public ImmutableArray<BudgetStep> Steps { get; init; } = [];

    public bool IsFor(ComponentLedger component) => Component is { } id
        ? component.Id == id
        : component.Summary is { } summary && Labels.All(label => summary.Labels.GetValueOrDefault(label.Key) == label.Value);

    /// <summary>What is wrong with it, as sentences; empty when nothing is.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (Target is <= 0 or >= 1) yield return "A target lies between 0% and 100%, both excluded";
        if (Component is null == (Labels.Count == 0)) yield return "An objective is either for one component or for those with labels";
        if (Window.Mistake is { } window) yield return window;
        foreach (var mistake in Hours?.Mistakes() ?? []) yield return mistake;
        if (Slices is { } slices && (slices.Length < Slices.Shortest || slices.Length > Slices.Longest)) yield return "A slice of time is 1m to 1d long";
        if (Slices is { } cut && cut.Length.BclCompatibleTicks % NodaConstants.TicksPerMinute != 0) yield return "A slice of time is whole minutes long";
        if (Slices is { Target: <= 0 or > 1 }) yield return "The target of a slice lies above 0% and is at most 100%";
        if (Steps.Length > MostSteps) yield return $"A budget has at most {MostSteps} steps";
        if (Steps.Any(step => step.Spent is <= 0 or > 100)) yield return "A step lies above 0% and is at most 10000% of the budget";
    }
}

/// <summary>Time is cut into slices, from the window's start on, and each is good or bad as a whole: bad time is that of bad slices.</summary>
/// <param name="Target">The share of a slice that has to be up for it to be good: 0 to 1, 0 excluded.</param>
public sealed record Slices(Duration Length, decimal Target)
{
    public static readonly Duration Shortest = Duration.FromMinutes(1), Longest = Duration.FromDays(1);
}

/// <summary>One step of a budget policy.</summary>
/// <param name="Spent">The share of the budget; 1 is all of it.</param>
/// <param name="Then">What follows, as reports print it: "Freeze releases."</param>
public sealed record BudgetStep(decimal Spent, string Then);
