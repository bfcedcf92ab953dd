using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Inbound;
using NodaTime;

namespace Nines.Probing.Alerts;

public sealed record AlertsOptions
{
    [MainOption, Required, Secret, Description("What the sender proves itself with: 16 to 200 of A-Z, a-z, 0-9, '-', '_'. It posts to /alerts/<token>.")]
    public required string Token { get; init; }

    [Description("Which alerts count: label=value, label!=value, label=~pattern, label!~pattern; all must hold.")]
    public ImmutableArray<string> Match { get; init; } = [];

    [Description("The label that says how bad an alert is.")]
    public string SeverityLabel { get; init; } = "severity";

    [Description("What its values mean: down, effectively_down, degraded or advisory; others are advisory.")]
    public ImmutableSortedDictionary<string, AlertMeaning> Severities { get; init; } = DefaultSeverities;

    [Description("The alert that always fires, to show that its sender lives. It is no reason for any state.")]
    public string Watchdog { get; init; } = "Watchdog";

    [Description("Within this time something is sent, and everything that fires is sent again; after it nothing is known.")]
    [DurationRange("10s", "1d")]
    public Duration StaleAfter { get; init; } = Duration.FromMinutes(10);

    [Description("How long an alert may be on its way: from its start through evaluation, grouping and delivery. That nothing fires is taken to hold so long ago.")]
    [DurationRange("0s", "1h")]
    public Duration Delay { get; init; } = Duration.FromMinutes(1);

    private static readonly ImmutableSortedDictionary<string, AlertMeaning> DefaultSeverities =
        ImmutableSortedDictionary<string, AlertMeaning>.Empty.Add("critical", AlertMeaning.Down).Add("warning", AlertMeaning.Degraded);

    internal AlertRules Rules =>
        new([.. Match.Select(text => LabelMatcher.Parse(text, out var mistake) ?? throw new ArgumentException(mistake))], SeverityLabel, Severities, Watchdog);
}

/// <summary>Alerts of Prometheus' Alertmanager (or of Prometheus itself): nothing is asked, what fires is sent.</summary>
public sealed class AlertsProbeType : ProbeType
{
    public const string Name = "alerts";

    public override string Key => Name;
    public override string About => "Takes the alerts that an Alertmanager sends; the outage begins when the alert did.";
    public override Type OptionsType => typeof(AlertsOptions);
    public override bool IsPassive => true;

    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("firing", SignalUnit.None, "How many alerts fire."),
        new("worst", SignalUnit.Text, "The severity of the worst that fires, as its label says; none when none does."),
        new("names", SignalUnit.Text, "The names of those that fire, the worst first; none when none does."),
        new("down_for", SignalUnit.Seconds, "How long an alert has been firing that means down; 0 when none does.") { Onset = SignalOnset.Since, ExplainedBy = "names" },
        new("effectively_down_for", SignalUnit.Seconds, "The same for effectively down.") { Onset = SignalOnset.Since, ExplainedBy = "names" },
        new("degraded_for", SignalUnit.Seconds, "The same for degraded.") { Onset = SignalOnset.Since, ExplainedBy = "names" },
        new("since_last", SignalUnit.Seconds, "Time since the last delivery."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options) =>
        ["down_for <= 0s else down", "effectively_down_for <= 0s else effectively down", "degraded_for <= 0s else degraded"];

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var alerts = (AlertsOptions)options;
        if (!PassiveToken.IsOne(alerts.Token)) yield return new OptionMistake("alerts", PassiveToken.Mistake);
        foreach (var text in alerts.Match)
            if (LabelMatcher.Parse(text, out var mistake) is null) yield return new OptionMistake("match", $"{mistake}.");
    }

    public override string? Provider(object options) => null;

    public override int CallsPerObservation(object options) => 0;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) => new AlertsProbe(definition, (AlertsOptions)definition.Options, environment);
}
