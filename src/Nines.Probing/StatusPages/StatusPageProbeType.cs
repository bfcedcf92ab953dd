using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Http;
using Nines.Probing.Paths;

namespace Nines.Probing.StatusPages;

/// <summary>What a provider says of itself on its status page.</summary>
public sealed class StatusPageProbeType : ProbeType
{
    public override string Key => "statuspage";
    public override string About => "Reads what a provider says of itself on its status page (Statuspage API v2): a dependency's own word, not a proof.";
    public override Type OptionsType => typeof(StatusPageOptions);

    /// <summary>In the order of <see cref="StatusPageProbe"/>'s values; those with arguments at the end.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the first step to the last byte of the answer."),
        new("indicator", SignalUnit.Text, "The page's own summary: none, minor, major, critical; unknown where it has none.") { ExplainedBy = "incident" },
        new("worst", SignalUnit.Text, "The worst of the components looked at: operational, under_maintenance, unknown (a word that is not known), degraded_performance, partial_outage, major_outage.")
            { ExplainedBy = "incident" },
        new("maintenance", SignalUnit.Flag, "A component looked at is under maintenance, and that is to count.") { Evidence = CauseKind.Maintenance },
        new("components_down", SignalUnit.None, "Components looked at with a partial or major outage."),
        new("incidents_open", SignalUnit.None, "Incidents on the page that are not resolved."),
        new("incident", SignalUnit.Text, "Name of the first of them; missing when there is none."),
        new("maintenances_in_progress", SignalUnit.None, "Maintenances that the page says are going on."),
        new("updated_age", SignalUnit.Seconds, "Since the page was last changed, as it says itself; missing where it does not.") { Onset = SignalOnset.Since, Granularity = 1 },
        new("component", SignalUnit.Text, "The word for one component: component(\"API\") == \"operational\". By name or id.") { TakesArgument = true },
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var page = (StatusPageOptions)options;
        // With components named, they are what is depended on. Of all the page's components one may be down that nobody here needs.
        var down = page.Components.IsDefaultOrEmpty ? "indicator != \"critical\" else down" : "worst != \"major_outage\" else down";
        const string working = "worst == \"operational\" or worst == \"under_maintenance\" else degraded";
        return page.IncludeMaintenance ? [down, "not maintenance else degraded", working] : [down, working];
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var page = (StatusPageOptions)options;
        if (!page.Url.IsAbsoluteUri || (page.Url.Scheme != Uri.UriSchemeHttp && page.Url.Scheme != Uri.UriSchemeHttps))
            yield return new OptionMistake("url", "is not an absolute http or https URL. Try https://status.example.com.");
        if (page.Components.Length > 100) yield return new OptionMistake("components", "has more than 100 names.");
        if (page.Components.Any(string.IsNullOrWhiteSpace)) yield return new OptionMistake("components", "has an empty name: write it as the page shows it, or leave components out for all.");
        foreach (var mistake in HttpRequests.MistakesIn(page.Headers)) yield return mistake;
        foreach (var mistake in TlsRequest.MistakesIn(page.CaFile)) yield return mistake;
    }

    public override string? MistakeIn(SignalRef signal) =>
        signal.Test is null or "name" ? null : $"{signal.Definition.Name} takes a component's name: component(\"API\")";

    public override string? Provider(object options) => HostPort.Of(((StatusPageOptions)options).Url).ToString();

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new StatusPageProbe(definition, (StatusPageOptions)definition.Options, path, environment);
}
