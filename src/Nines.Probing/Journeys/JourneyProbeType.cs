using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Journeys;

/// <summary>What a user does over HTTP, step by step.</summary>
public sealed class JourneyProbeType : ProbeType
{
    public override string Key => "journey";
    public override string About => "Makes several HTTP requests one after the other, as a user does: logs in, keeps cookies, uses what one answer says in the next request.";
    public override Type OptionsType => typeof(JourneyOptions);

    /// <summary>In the order of <see cref="JourneyProbe"/>'s values; those with arguments at the end.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the beginning of the first step to the end of the last one that was made."),
        new("passed", SignalUnit.Flag, "All steps passed.") { ExplainedBy = "why" },
        new("steps_passed", SignalUnit.None, "Steps that passed."),
        new("step", SignalUnit.Text, "Name of the step that failed; empty when all passed."),
        new("why", SignalUnit.Text, "What the failed step expected; empty when all passed."),
        new("step_time", SignalUnit.Seconds, "Time that a step took: step_time(\"login\"); missing when it was not made.") { TakesArgument = true },
    ];

    public override ImmutableArray<string> DefaultConditions(object options) => ["passed else effectively_down"];

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var journey = (JourneyOptions)options;
        if (string.IsNullOrWhiteSpace(journey.Title)) yield return new OptionMistake("journey", "is empty. Say what it is for users, for example checkout.");
        if (journey.Steps.IsDefaultOrEmpty || journey.Steps.Length > JourneyOptions.MostSteps)
        {
            yield return new OptionMistake("steps", $"has {(journey.Steps.IsDefault ? 0 : journey.Steps.Length)} steps. Write 1 to {JourneyOptions.MostSteps}.");
            yield break;
        }
        foreach (var name in journey.Secrets.Keys.Where(name => !Template.IsName(name)))
            yield return new OptionMistake("secrets", $"'{name}' is not a name: use a-z, 0-9 and _, beginning with a letter.");
        foreach (var mistake in TlsRequest.MistakesIn(journey.CaFile)) yield return mistake;
        foreach (var mistake in ClientIdentity.MistakesIn(journey.ClientCert, journey.ClientKey)) yield return mistake;

        var taken = new HashSet<string>(StringComparer.Ordinal);
        var plans = Plans(journey);
        for (var i = 0; i < plans.Length; i++)
        {
            var step = journey.Steps[i];
            OptionMistake At(string key, string message) => new("steps", message) { Item = i, Key = key };
            if (string.IsNullOrWhiteSpace(step.Name) || step.Name.Length > 63) yield return At("name", "has to be 1 to 63 characters.");
            else if (!taken.Add(step.Name)) yield return At("name", $"'{step.Name}' is there twice. Failures name the step: make the names unique.");
            if (step.Timeout is { } limit && (limit < Duration.FromMilliseconds(10) || limit > Duration.FromDays(1))) yield return At("timeout", "must be 10ms to 1d. Try 5s.");
            foreach (var mistake in plans[i].Mistakes) yield return At(mistake.Option, mistake.Message);
        }
    }

    public override string? MistakeIn(SignalRef signal, object options)
    {
        if (signal.Definition.Name != "step_time") return null;
        if (signal.Test != "name") return "step_time takes the name of a step in double quotes: step_time(\"login\")";
        var names = ((JourneyOptions)options).Steps is { IsDefault: false } steps ? steps.Select(step => step.Name).ToList() : [];
        return names.Contains(signal.Argument!) ? null : $"there is no step '{signal.Argument}'; there are: {string.Join(", ", names)}";
    }

    /// <summary>The host of the first step.</summary>
    public override string? Provider(object options) => Hosts((JourneyOptions)options).FirstOrDefault();

    public override IEnumerable<(string Provider, int Calls)> CallsOf(object options) =>
        Hosts((JourneyOptions)options).GroupBy(host => host, StringComparer.OrdinalIgnoreCase).Select(host => (host.Key, host.Count()));

    private static IEnumerable<string> Hosts(JourneyOptions journey)
    {
        if (journey.Steps.IsDefault) yield break;
        foreach (var step in journey.Steps)
            if (Uri.TryCreate(step.Url, UriKind.Absolute, out var url)) yield return HostPort.Of(url).ToString();
    }

    public override int CallsPerObservation(object options) => ((JourneyOptions)options).Steps is { IsDefault: false, Length: var steps } ? steps : 1;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new JourneyProbe(definition, (JourneyOptions)definition.Options, path, environment);

    /// <summary>Each step read with the names that those before it leave behind.</summary>
    internal static ImmutableArray<StepPlan> Plans(JourneyOptions journey)
    {
        var known = journey.Secrets.Keys.ToHashSet(StringComparer.Ordinal);
        var plans = ImmutableArray.CreateBuilder<StepPlan>(journey.Steps.Length);
        foreach (var step in journey.Steps)
        {
            plans.Add(new StepPlan(step, known));
            known.UnionWith(step.Capture.Keys);
        }
        return plans.MoveToImmutable();
    }
}
