using System.Collections.Immutable;
using Nines.Chains.Evm;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Http;
using Nines.Probing.Journeys;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Browsers;

/// <summary>What a user does in a real browser, step by step.</summary>
public sealed class BrowserProbeType : ProbeType
{
    public override string Key => "browser";
    public override string About => "Opens a page in a real browser (a Chromium that you have), clicks, writes and looks as a user does, with a wallet to connect where you give one.";
    public override Type OptionsType => typeof(BrowserOptions);

    /// <summary>In the order of <see cref="BrowserProbe"/>'s values; those with arguments at the end.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From opening the page to the end of the last step that was made; the browser's own start is not in it."),
        new("status", SignalUnit.None, "Status code of the page; missing when it came from no server."),
        new("load_time", SignalUnit.Seconds, "From opening the page to its load event; missing when that did not come before the steps were over."),
        new("passed", SignalUnit.Flag, "All steps passed.") { ExplainedBy = "why" },
        new("page_failed", SignalUnit.Flag, "A step failed, and the page's own script had thrown, or a request to its own origin had failed.") { Evidence = CauseKind.Technical, ExplainedBy = "why" },
        new("steps_passed", SignalUnit.None, "Steps that passed."),
        new("step", SignalUnit.Text, "Name of the step that failed; empty when all passed."),
        new("why", SignalUnit.Text, "What the failed step waited for, and the first trouble that the page had; empty when all passed."),
        new("script_errors", SignalUnit.None, "Exceptions that the page's scripts did not catch."),
        new("requests", SignalUnit.None, "Requests that the page made."),
        new("requests_failed", SignalUnit.None, "Those that got no answer, or one with a status of 400 or more."),
        new("wallet_asked", SignalUnit.Flag, "The page asked the wallet for its account.") ,
        new("step_time", SignalUnit.Seconds, "Time that a step took: step_time(\"connect\"); missing when it was not made.") { TakesArgument = true },
    ];

    public override ImmutableArray<string> DefaultConditions(object options) =>
        ["status >= 200 and status < 400 else down", "not page_failed else effectively_down", "passed else effectively_down"];

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var browser = (BrowserOptions)options;
        if (!HttpRequests.IsWeb(browser.Url)) yield return new OptionMistake("browser", "is not an absolute http or https URL. Try https://app.example.org/.");
        if (browser.Wallet is { } wallet && !Address.TryParse(wallet.Account, out _)) yield return new OptionMistake("wallet", $"'{wallet.Account}' is not an address: write 0x and 40 hexadecimal digits.");
        foreach (var name in browser.Secrets.Keys.Where(name => !Template.IsName(name)))
            yield return new OptionMistake("secrets", $"'{name}' is not a name: use a-z, 0-9 and _, beginning with a letter.");
        if (browser.Steps.IsDefault) yield break;
        if (browser.Steps.Length > BrowserOptions.MostSteps) yield return new OptionMistake("steps", $"has {browser.Steps.Length} steps. Write at most {BrowserOptions.MostSteps}.");
        var taken = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < browser.Steps.Length; i++)
            foreach (var (key, message) in MistakesIn(browser.Steps[i], browser.Secrets.Keys, taken))
                yield return new OptionMistake("steps", message) { Item = i, Key = key };
    }

    private static IEnumerable<(string? Key, string Message)> MistakesIn(BrowserStep step, IEnumerable<string> secrets, HashSet<string> taken)
    {
        if (string.IsNullOrWhiteSpace(step.Name) || step.Name.Length > 63) yield return ("name", "has to be 1 to 63 characters.");
        else if (!taken.Add(step.Name)) yield return ("name", $"'{step.Name}' is there twice. Failures name the step: make the names unique.");
        if (new[] { step.Open, step.Click, step.Fill, step.See }.Count(act => act is not null) != 1) yield return (null, "has to have exactly one of open, click, fill and see.");
        if (step.Open is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var target) && HttpRequests.IsWeb(target))) yield return ("open", $"'{url}' is not an absolute http or https URL.");
        if (step.Fill is null != step.With is null) yield return ("with", "goes with fill: the text to write, and the field to write it into.");
        if (step.Text is not null && step.See is null) yield return ("text", "goes with see: the text that has to stand there.");
        if (new[] { step.Click, step.Fill, step.See, step.Text, step.With }.Any(text => text is { Length: > 2_000 })) yield return (null, "has a text of more than 2,000 characters.");
        if (step.Timeout is { } limit && (limit < Duration.FromMilliseconds(10) || limit > Duration.FromDays(1))) yield return ("timeout", "must be 10ms to 1d. Try 5s.");
        if (step.With is null) yield break;
        var template = Template.Parse(step.With, out var mistake);
        if (mistake is not null) yield return ("with", mistake);
        foreach (var name in template.Names.Except(secrets)) yield return ("with", $"there is no secret '{name}'. Add it under secrets.");
    }

    public override string? MistakeIn(SignalRef signal, object options)
    {
        if (signal.Definition.Name != "step_time") return null;
        if (signal.Test != "name") return "step_time takes the name of a step in double quotes: step_time(\"connect\")";
        var names = ((BrowserOptions)options).Steps is { IsDefault: false } steps ? steps.Select(step => step.Name).ToList() : [];
        return names.Contains(signal.Argument!) ? null : $"there is no step '{signal.Argument}'; there are: {string.Join(", ", names)}";
    }

    /// <summary>How many requests the page makes, only the page knows.</summary>
    public override string? Provider(object options) => HostPort.Of(((BrowserOptions)options).Url).ToString();

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new BrowserProbe(definition, (BrowserOptions)definition.Options, path, environment);
}
