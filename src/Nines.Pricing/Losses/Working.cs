using System.Collections.Immutable;

namespace Nines.Pricing.Losses;

/// <summary>One step of how a figure came about.</summary>
/// <param name="Name">What it is: "expected revenue".</param>
/// <param name="Formula">How it follows from the steps before: "Σ profile(hour) × hours lost"; empty for an input.</param>
/// <param name="Value">As printed.</param>
/// <param name="Unit">Of the value; empty where it has none.</param>
/// <param name="Source">Where the formula or the input is from: a file with its digest, a specification's section; null where it follows from the steps before.</param>
public sealed record WorkingStep(string Name, string Formula, string Value, string Unit, string? Source);

/// <summary>Collects the steps of one figure while it is reckoned. Models write into it only when somebody asks: pricing without it costs nothing more.</summary>
public sealed class Working
{
    private readonly List<WorkingStep> steps = [];

    public IReadOnlyList<WorkingStep> Steps => steps;

    public void Input(string name, string value, string unit, string source) => steps.Add(new WorkingStep(name, "", value, unit, source));

    public void Step(string name, string formula, string value, string unit, string? source = null) => steps.Add(new WorkingStep(name, formula, value, unit, source));

    public ImmutableArray<WorkingStep> Done() => [.. steps];
}
