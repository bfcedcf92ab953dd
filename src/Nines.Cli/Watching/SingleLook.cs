using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nines.Cli.Config;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Network;
using Nines.Core.Observations;
using Nines.Core.Time;
using Nines.Probing;
using Nines.Web.Api;
using Nines.Web.Api.Documents;
using Nines.Web.Api.Looks;

namespace Nines.Cli.Watching;

/// <summary>Looks once at one component, from every vantage point, and says what each condition makes of it. Keeps nothing.</summary>
internal static class SingleLook
{
    /// <param name="reach">Which addresses may be connected to; null for all.</param>
    public static async Task<LooksDocument> AtAsync(LoadedConfig config, Component component, TimeProvider time, AddressRule? reach, CancellationToken cancellation)
    {
        var clock = new WatchClock(time);
        var paths = config.Topology.VantagePoints.ToDictionary(point => point.Id, point => new NetworkPath(point) { Rule = reach });
        var environment = new ProbeEnvironment(time, () => clock.Now) { EverySignal = true };
        var looks = component.Probes.SelectMany(probe => probe.From.Select(async from =>
        {
            var type = ProbeType.Find(probe.Type)!;
            await using var made = type.Create(probe, paths[from], environment);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(probe.Timeout.ToTimeSpan());
            var sight = await made.LookAsync(limit.Token);
            return Describe(probe, from, sight.Outcome, sight.Signals, config.Redaction);
        }));
        return new LooksDocument(LooksDocument.SchemaName, component.Id, [.. await Task.WhenAll(looks)]);
    }

    /// <summary>A look that somebody asks for over the API. The entry is read as a config's is, without variables; no key of it can name a file.</summary>
    /// <exception cref="ApiProblem">NIN4333: it has mistakes.</exception>
    public static Task<LooksDocument> ForAsync(LookOrder order, TimeProvider time, CancellationToken cancellation)
    {
        var probe = new JsonObject { [order.Type] = order.Target, ["timeout"] = DurationText.Print(order.Timeout) };
        if (!order.Conditions.IsEmpty) probe["conditions"] = new JsonArray([.. order.Conditions.Select(condition => JsonValue.Create(condition))]);
        var text = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["components"] = new JsonArray(new JsonObject { ["name"] = "look", ["kind"] = "dapp", ["probes"] = new JsonArray(probe) }) });
        var loader = new ConfigLoader(new ConfigSurroundings { Environment = _ => null });
        return loader.Read("look", text, Path.GetTempPath()) switch
        {
            ConfigReading.Loaded loaded => AtAsync(loaded.Config, loaded.Config.Topology.Components[0], time, order.Reach, cancellation),
            ConfigReading.Refused refused => throw new ApiProblem(400, "NIN4333", "A body that cannot be used", string.Join(' ', refused.Mistakes.Select(mistake => $"{mistake.Message} [{mistake.CodeText}]")),
                "Write it as a probe in a config is written: nines check says the same.") { Mistakes = [.. refused.Mistakes.Select(mistake => new ApiProblem.Mistake("body", mistake.Path, mistake.Message))] },
            _ => throw new InvalidOperationException("ConfigReading is a closed hierarchy."),
        };
    }

    /// <summary>What a look saw, and what each condition makes of it.</summary>
    public static LookDocument Describe(ProbeDefinition probe, VantagePointId from, Outcome outcome, ImmutableArray<SignalValue> values, Redaction redaction)
    {
        var (word, detail, roundTrip) = outcome switch
        {
            Outcome.Answered answered => ("answered", "", (double?)answered.RoundTrip.TotalSeconds),
            Outcome.Refused refused => ("refused", $"{refused.Code}: {refused.Message}", null),
            Outcome.TimedOut late => ("timed_out", $"nothing within {late.Limit.TotalSeconds:0.###} s, hung in {late.Phase}", null),
            Outcome.ProbeFault fault => ("probe_fault", $"our own fault: {fault.Reason}", null),
            _ => throw new InvalidOperationException("Outcome is a closed hierarchy."),
        };
        var signals = new Dictionary<string, string>();
        var conditions = new List<CheckedDocument>();
        if (outcome is Outcome.Answered)
        {
            for (var i = 0; i < values.Length; i++)
                if (!values[i].IsMissing) signals[probe.Signals.Signals[i].ToString()] = redaction.Apply(values[i].ToString());
            var byComparison = Enumerable.Range(0, probe.Signals.Signals.Length).Where(i => probe.Signals.Signals[i].Definition.Scope == SignalScope.Group).ToHashSet();
            foreach (var condition in probe.Conditions)
                conditions.Add(new CheckedDocument(condition.Text, condition.Holds.Mentioned().Any(byComparison.Contains) ? null : condition.Holds.IsTrue(values.AsSpan()), condition.Otherwise));
        }
        return new LookDocument(probe.Id.Name, from.Value, word, roundTrip, redaction.Apply(detail), signals, [.. conditions]);
    }
}
