using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Nines.Core;
using Nines.Core.Conditions;
using Nines.Probing.Answers;
using Nines.Probing.Http;

namespace Nines.Probing.Journeys;

/// <summary>A step read once, or what is wrong with it.</summary>
internal sealed class StepPlan
{
    private const int LongestText = 64 << 10;
    private const int MostCaptures = 32;
    private const string Default = "status >= 200 and status < 400";

    private static readonly HttpProbeType Http = new();

    private readonly List<OptionMistake> mistakes = [];
    private readonly Template url;
    private readonly Template? body;
    private readonly Template? json;
    private readonly ImmutableArray<(string Name, Template Value)> headers;
    private readonly ImmutableArray<(string Name, Template Value)> form;

    /// <param name="known">The values that there are when the step begins.</param>
    public StepPlan(JourneyStep step, IReadOnlyCollection<string> known)
    {
        Step = step;
        url = Read("url", step.Url, known);
        body = step.Body is { } text ? Read("body", text, known) : null;
        json = step.Json is { } document ? Read("json", document, known) : null;
        headers = [.. step.Headers.Select(pair => (pair.Key, Read("headers", pair.Value, known)))];
        form = [.. step.Form.Select(pair => (pair.Key, Read("form", pair.Value, known)))];
        var vocabulary = new SignalVocabulary(Http.Signals);
        Expect = [.. Conditions(vocabulary)];
        Readout = new Readout(vocabulary.Schema, Http.Signals);
        Captures = [.. CapturesIn()];
        CheckRequest(known);
    }

    public JourneyStep Step { get; }

    /// <summary>With the name of the option of the step.</summary>
    public IReadOnlyList<OptionMistake> Mistakes => mistakes;

    public ImmutableArray<Condition> Expect { get; }
    public Readout Readout { get; }
    public ImmutableArray<(string Name, Capture Capture)> Captures { get; }

    public string Method => Step.Method ?? (Step.Body is null && Step.Json is null && Step.Form.Count == 0 ? "GET" : "POST");

    /// <returns>The request as an http probe would make it, or why there is none: what was captured does not fit where it is to stand.</returns>
    public (HttpOptions? Request, string? Why) Fill(IReadOnlyDictionary<string, string> values)
    {
        var target = new Uri(url.Fill(values, Uri.EscapeDataString));
        var filled = headers.ToImmutableSortedDictionary(header => header.Name, header => header.Value.Fill(values, value => value), StringComparer.OrdinalIgnoreCase);
        if (HttpRequests.MistakesIn(filled).Any()) return (null, "a captured value has a line break in it and cannot stand in a header");
        var (content, type) = (body?.Fill(values, value => value), (string?)null);
        if (form.Length > 0)
            (content, type) = (string.Join('&', form.Select(field => $"{FormEncode(field.Name)}={field.Value.Fill(values, FormEncode)}")), "application/x-www-form-urlencoded");
        if (json is not null)
        {
            (content, type) = (json.Fill(values, value => JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString()), "application/json");
            if (!IsJson(content)) return (null, "with the captured values its json is no longer JSON: put them between double quotes");
        }
        if (type is not null && !filled.ContainsKey("content-type")) filled = filled.Add("Content-Type", type);
        return (new HttpOptions { Url = target, Method = Method, Headers = filled, Body = content, Redirects = Step.Redirects }, null);
    }

    // Fields are encoded one by one, so what is between them is ours (URL standard, application/x-www-form-urlencoded).
    private static string FormEncode(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    private Template Read(string option, string text, IReadOnlyCollection<string> known)
    {
        if (text.Length > LongestText) Say(option, $"has more than {LongestText:N0} characters.");
        var template = Template.Parse(text, out var mistake);
        if (mistake is not null) Say(option, mistake);
        foreach (var name in template.Names.Except(known))
            Say(option, $"needs {{{{{name}}}}}, which is neither in secrets nor captured by an earlier step.{DidYouMean.Sentence(name, known)}");
        return template;
    }

    private void CheckRequest(IReadOnlyCollection<string> known)
    {
        var sample = known.ToDictionary(name => name, _ => "1");
        var origin = url.Head.IndexOfAny(['/', '?', '#'], url.Head.IndexOf("://", StringComparison.Ordinal) is var scheme and > 0 ? scheme + 3 : 0);
        if (!Uri.TryCreate(Filled(url), UriKind.Absolute, out var target) || target.Scheme is not ("http" or "https"))
            Say("url", "is not an absolute http or https URL. Try https://example.org/login.");
        else if (origin < 0 && url.Names.Any())
            Say("url", "has {{ }} in its scheme, host or port. Write those out: what a target answers must not decide where your secrets go.");
        if (!HttpProbeType.Methods.Contains(Method)) Say("method", $"'{Method}' is not one of {string.Join(", ", HttpProbeType.Methods.Order(StringComparer.Ordinal))}.");
        string[] bodies = [.. new[] { (Step.Body is not null, "body"), (Step.Json is not null, "json"), (Step.Form.Count > 0, "form") }.Where(one => one.Item1).Select(one => one.Item2)];
        if (bodies.Length > 1) Say(bodies[1], $"is there beside {bodies[0]}. A request has one body: keep one.");
        else if (bodies.Length == 1 && Method is "GET" or "HEAD") Say(bodies[0], $"does not go with method {Method}. Leave the method out, or write POST, PUT or PATCH.");
        if (json is not null && !IsJson(Filled(json))) Say("json", "is not JSON, even with {{ }} filled in. Put {{name}} between double quotes.");
        foreach (var mistake in HttpRequests.MistakesIn(Step.Headers)) mistakes.Add(mistake);

        string Filled(Template template) => template.Fill(template.Names.Distinct().ToDictionary(name => name, name => sample.GetValueOrDefault(name, "1")), value => value);
    }

    private static bool IsJson(string text)
    {
        try
        {
            JsonDocument.Parse(text).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private IEnumerable<Condition> Conditions(SignalVocabulary vocabulary)
    {
        var own = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in Step.Expect)
        {
            var before = vocabulary.Count;
            switch (ConditionParser.Parse(text, vocabulary))
            {
                case ConditionReading.Understood { Condition: var condition }:
                    if (condition is not { InARow: 1, Until: null, Otherwise: State.EffectivelyDown })
                        Say("expect", $"'{text}': a step passes or fails, so it has no after, until or else. Put those into the probe's conditions, as in step_time(\"{Step.Name}\") < 1s else degraded.");
                    if (vocabulary.Schema.Signals.Skip(before).Select(signal => Http.MistakeIn(signal)).FirstOrDefault(wrong => wrong is not null) is { } argument)
                    {
                        Say("expect", $"'{text}': {argument}.");
                        vocabulary.ForgetSince(before);
                        break;
                    }
                    own.UnionWith(condition.Holds.Mentioned().Select(index => vocabulary.Schema.Signals[index].Definition.Name));
                    yield return condition;
                    break;
                case ConditionReading.Mistaken { Mistake: var mistake }:
                    Say("expect", $"'{text}', character {mistake.Column}: {mistake.Message}");
                    break;
            }
        }
        if (!own.Contains("status") && ConditionParser.Parse(Default, vocabulary) is ConditionReading.Understood usual) yield return usual.Condition;
    }

    private IEnumerable<(string, Capture)> CapturesIn()
    {
        if (Step.Capture.Count > MostCaptures) Say("capture", $"has more than {MostCaptures} names.");
        foreach (var (name, text) in Step.Capture)
        {
            if (!Template.IsName(name)) Say("capture", $"'{name}' is not a name: use a-z, 0-9 and _, beginning with a letter.");
            else if (!Journeys.Capture.TryParse(text, out var capture, out var mistake)) Say("capture", $"'{name}' {mistake}");
            else yield return (name, capture);
        }
    }

    private void Say(string option, string message) => mistakes.Add(new OptionMistake(option, message));
}
