using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Http;
using Nines.Probing.Paths;

namespace Nines.Probing.Pages;

/// <summary>A dApp's page with the scripts and style sheets that it loads, without a browser.</summary>
public sealed class PageProbeType : ProbeType
{
    public override string Key => "page";
    public override string About => "Fetches a page with its scripts and style sheets, and compares them with their integrity attributes and with what they have to be.";
    public override Type OptionsType => typeof(PageOptions);

    /// <summary>In the order of <see cref="PageProbe"/>'s values; those with arguments at the end.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the first step to the last byte of the last asset."),
        new("status", SignalUnit.None, "Status code of the page."),
        new("page_time", SignalUnit.Seconds, "Until the page itself was there."),
        new("assets", SignalUnit.None, "Scripts and style sheets that the page loads."),
        new("assets_failed", SignalUnit.None, "Those of the page's own origin that could not be had whole with status 200.") { Evidence = CauseKind.Technical, ExplainedBy = "why" },
        new("third_party_failed", SignalUnit.None, "Those of other origins that could not be had whole with status 200.") { Evidence = CauseKind.Technical, ExplainedBy = "why" },
        new("integrity_broken", SignalUnit.None, "Those that differ from their own integrity attribute: no browser uses them.") { ExplainedBy = "why" },
        new("script_changed", SignalUnit.Flag, "A script or style sheet differs from its pin, or is not loaded any more.") { Evidence = CauseKind.Security, ExplainedBy = "why" },
        new("unexpected_script", SignalUnit.Flag, "A script is from an origin, or an inline script of a text, that the config does not name.") { Evidence = CauseKind.Security, ExplainedBy = "why" },
        new("unprotected", SignalUnit.None, "Scripts from other origins without an integrity attribute: whoever serves them decides what users run."),
        new("inline_scripts", SignalUnit.None, "Scripts in the page itself."),
        new("why", SignalUnit.Text, "What of the above is not as it should be, at most five of them; empty when all is."),
        new("body", SignalUnit.Flag, "body contains \"x\", body matches \"regex\": the page itself.") { TakesArgument = true },
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var page = (PageOptions)options;
        var conditions = ImmutableArray.CreateBuilder<string>();
        conditions.Add("status >= 200 and status < 400 else down");
        conditions.Add("assets_failed == 0");
        conditions.Add("integrity_broken == 0");
        conditions.Add("third_party_failed == 0 else degraded");
        if (!page.Pins.IsEmpty) conditions.Add("not script_changed");
        if (page.Origins is not null || page.Inline is not null) conditions.Add("not unexpected_script");
        return conditions.ToImmutable();
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var page = (PageOptions)options;
        if (!HttpRequests.IsWeb(page.Url)) yield return new OptionMistake("page", "is not an absolute http or https URL. Try https://app.example.org/.");
        foreach (var mistake in HttpRequests.MistakesIn(page.Headers)) yield return mistake;
        foreach (var mistake in TlsRequest.MistakesIn(page.CaFile)) yield return mistake;
        foreach (var (name, pin) in page.Pins)
        {
            if (!Uri.TryCreate(page.Url, name, out var url) || !HttpRequests.IsWeb(url)) yield return new OptionMistake("pins", $"'{name}' is neither a URL nor a path. Try /assets/app.js.");
            if (Integrity.Parse(pin) is null) yield return new OptionMistake("pins", $"'{pin}' of {name} is no hash. Write sha384- and its Base64, as an integrity attribute has it.");
        }
        foreach (var origin in page.Origins ?? [])
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var url) || !HttpRequests.IsWeb(url) || url.PathAndQuery != "/")
                yield return new OptionMistake("origins", $"'{origin}' is not an origin: scheme, host and port only. Try https://cdn.example.org.");
        foreach (var hash in page.Inline ?? [])
            if (Integrity.Parse(hash) is null) yield return new OptionMistake("inline", $"'{hash}' is no hash. Write sha256- and its Base64, as a content security policy has it.");
    }

    public override string? MistakeIn(SignalRef signal) => Readout.MistakeIn(signal);

    public override string? Provider(object options) => HostPort.Of(((PageOptions)options).Url).ToString();

    /// <summary>The page and what is pinned; how many more assets it has, only the page knows.</summary>
    public override int CallsPerObservation(object options) => 1 + ((PageOptions)options).Pins.Count;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new PageProbe(definition, (PageOptions)definition.Options, path, environment);
}
