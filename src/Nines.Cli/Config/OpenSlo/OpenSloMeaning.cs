using System.Collections.Immutable;
using System.Text.Json;
using Nines.Cli.Config.Binding;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger.Objectives;

namespace Nines.Cli.Config.OpenSlo;

/// <summary>
/// What an SLO says to Nines, and OpenSLO has no words for: annotations (or labels) that begin with <c>nines/</c>, of the SLO, its SLI
/// or its Service, in this order; or a metric source of type Nines.
/// </summary>
internal sealed record OpenSloMeaning
{
    public const string Component = "nines/component";
    public const string SourceType = "Nines";

    private const string LabelsKey = "nines/labels", PolicyKey = "nines/policy", HoursKey = "nines/hours", BudgetKey = "nines/budget";
    private static readonly ImmutableArray<string> Known = [Component, LabelsKey, PolicyKey, HoursKey, BudgetKey];

    public ComponentId? For { get; init; }
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public string? Policy { get; init; }
    public BusinessHours? Hours { get; init; }
    public ImmutableArray<BudgetStep> Steps { get; init; } = [];

    /// <returns>Null when it is about no component of ours, or with a mistake recorded.</returns>
    public static OpenSloMeaning? Of(OpenSloObject slo, OpenSloIndicator? indicator, OpenSloObject? service, MistakeList mistakes)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in (IReadOnlyDictionary<string, string>?[])[slo.Annotations, slo.Labels, indicator?.Annotations, indicator?.Labels, SourceOf(indicator), service?.Annotations, service?.Labels])
            foreach (var (key, value) in source ?? ImmutableDictionary<string, string>.Empty)
                if (key.StartsWith("nines/", StringComparison.Ordinal))
                    texts.TryAdd(key, value);
        if (texts.Count == 0) return null;

        var before = mistakes.Count;
        var place = slo.Metadata.PlaceOf(slo.Metadata.Has("annotations") ? "annotations" : "name");
        void Say(MistakeCode code, string key, string message) => mistakes.Add(code, place, $"{Variables.Show(key)}: {message}");
        foreach (var key in texts.Keys.Where(key => !Known.Contains(key))) Say(MistakeCode.UnknownKey, key, $"Nines knows no such annotation.{DidYouMean.Sentence(key, Known)} There are: {string.Join(", ", Known)}.");
        if (texts.ContainsKey(Component) && texts.ContainsKey(LabelsKey)) Say(MistakeCode.Combination, LabelsKey, $"{Component} names one component. Give one of the two.");
        ComponentId? component = null;
        if (texts.TryGetValue(Component, out var name))
        {
            if (ComponentId.TryParse(name, out var id)) component = id;
            else Say(MistakeCode.Name, Component, $"{Variables.Show(name)} {ScalarReader.NameProblem}");
        }
        var labels = texts.TryGetValue(LabelsKey, out var list) ? LabelsOf(list) : ImmutableSortedDictionary<string, string>.Empty;
        if (labels is null) Say(MistakeCode.WrongType, LabelsKey, "Write them as tier=1,team=web.");
        var hours = texts.TryGetValue(HoursKey, out var week) ? ObjectiveJson.ReadHours(week) : null;
        if (week is not null && hours is null) Say(MistakeCode.Calendar, HoursKey, "These are no hours. Write {\"zone\":\"Europe/Zurich\",\"week\":{\"monday\":[\"09:00-17:30\"]},\"holidays\":[\"2026-12-25\"]}.");
        var steps = texts.TryGetValue(BudgetKey, out var budget) ? StepsOf(budget) : [];
        if (steps is null) Say(MistakeCode.WrongType, BudgetKey, "These are no steps. Write [{\"spent\":0.5,\"then\":\"Tell the team.\"}].");
        if (mistakes.Count > before || component is null && labels!.Count == 0) return null;
        return new OpenSloMeaning { For = component, Labels = labels!, Policy = texts.GetValueOrDefault(PolicyKey), Hours = hours, Steps = steps!.Value };
    }

    /// <summary>What <see cref="Of"/> reads back.</summary>
    public static IEnumerable<KeyValuePair<string, string>> TextsOf(Objective objective)
    {
        if (objective.Component is { } id) yield return new(Component, id.Value);
        if (objective.Labels.Count > 0) yield return new(LabelsKey, string.Join(',', objective.Labels.Select(label => $"{Escaped(label.Key)}={Escaped(label.Value)}")));
        if (objective.Policy is { } policy) yield return new(PolicyKey, policy);
        if (objective.Hours is { } hours) yield return new(HoursKey, ObjectiveJson.TextOf(hours));
        if (objective.Steps.Length > 0) yield return new(BudgetKey, JsonSerializer.Serialize(objective.Steps, FactJson.Options));
    }

    /// <summary>The spec of a metric source of ours, under the names that annotations have.</summary>
    private static Dictionary<string, string>? SourceOf(OpenSloIndicator? indicator)
    {
        var source = indicator?.Spec.Part("ratioMetric")?.Part("raw")?.Part("metricSource") ?? indicator?.Spec.Part("thresholdMetric")?.Part("metricSource");
        return source?.Text("type") == SourceType && source.Has("spec") && source.Part("spec") is { } spec && spec.Text("component") is { } component ? new() { [Component] = component } : null;
    }

    private static ImmutableSortedDictionary<string, string>? LabelsOf(string text)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var pair in text.Split(','))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || !labels.TryAdd(Uri.UnescapeDataString(pair[..at].Trim()), Uri.UnescapeDataString(pair[(at + 1)..].Trim()))) return null;
        }
        return labels.ToImmutable();
    }

    /// <summary>A comma, an equals sign, a blank at an end: by the rules of URLs.</summary>
    private static string Escaped(string text) => Uri.EscapeDataString(text);

    private static ImmutableArray<BudgetStep>? StepsOf(string text)
    {
        try
        {
            var steps = JsonSerializer.Deserialize<BudgetStep[]>(text, FactJson.Options);
            return steps is { Length: <= Objective.MostSteps } && Array.TrueForAll(steps, step => step?.Then is { Length: > 0 }) ? [.. steps.OrderBy(step => step.Spent)] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
