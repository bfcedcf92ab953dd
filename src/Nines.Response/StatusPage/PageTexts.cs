using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Nines.Response.StatusPage;

/// <summary>
/// What the page says, in one language. A language is a file of texts: the shipped ones are in <c>Texts/</c>, others come from the config.
/// English is complete, and stands in for what a file leaves out.
/// </summary>
public sealed partial class PageTexts
{
    /// <value>Characters of one text.</value>
    public const int LongestText = 1_000;

    private static readonly Assembly Here = typeof(PageTexts).Assembly;

    private readonly ImmutableSortedDictionary<string, string> texts;

    private PageTexts(ImmutableSortedDictionary<string, string> texts) => this.texts = texts;

    /// <summary>The shipped languages, by their BCP 47 tags, English first.</summary>
    public static readonly ImmutableArray<string> Shipped = ["en", "de"];

    public static readonly PageTexts English = Load("en");

    /// <summary>BCP 47.</summary>
    public string Language => this["language"];

    /// <summary>What the language is called in itself; its tag where a file of texts does not say.</summary>
    public string LanguageName => this["language.name"];

    /// <exception cref="KeyNotFoundException">No such text: a defect of ours, as English is complete.</exception>
    public string this[string key] => texts[key];

    internal IEnumerable<string> Keys => texts.Keys;

    /// <summary>The text with its holes filled: <c>{name}</c> by the value of that name.</summary>
    public string Fill(string key, params ReadOnlySpan<(string Hole, string Value)> values)
    {
        var text = this[key];
        foreach (var (hole, value) in values) text = text.Replace($"{{{hole}}}", value, StringComparison.Ordinal);
        return text;
    }

    /// <returns>Null when Nines has no texts in that language.</returns>
    public static PageTexts? Find(string language) => Shipped.Contains(language) ? Load(language) : null;

    /// <summary>A language of your own: a JSON object of texts by their keys, on top of English.</summary>
    /// <param name="problems">What is wrong with it, a sentence each; empty when it can be used.</param>
    public static PageTexts? Read(ReadOnlySpan<byte> json, out ImmutableArray<string> problems)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        var own = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (var (key, text) in JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [])
            {
                if (!English.texts.TryGetValue(key, out var model)) found.Add($"There is no text '{Short(key)}'.{Core.DidYouMean.Sentence(key, English.Keys)}");
                else if (text is not { Length: > 0 and <= LongestText }) found.Add($"'{key}' is empty, or longer than {LongestText:N0} characters.");
                else if (HolesIn(text).Except(HolesIn(model)).FirstOrDefault() is { } hole) found.Add($"'{key}' has {hole}, which nothing fills. It can have {(HolesIn(model).Any() ? string.Join(", ", HolesIn(model)) : "none")}.");
                else own[key] = text;
            }
            if (found.Count == 0 && !own.ContainsKey("language")) found.Add("It does not say its language: \"language\": \"fr\".");
            if (own.TryGetValue("language", out var tag) && !Tag().IsMatch(tag)) found.Add($"'{Short(tag)}' is no language tag such as fr or pt-BR.");
            own.TryAdd("language.name", own.GetValueOrDefault("language", ""));
            if (own.TryGetValue("months", out var months) && months.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length != 12) found.Add("'months' has twelve names with spaces between them.");
            if (own.TryGetValue("weekdays", out var days) && days.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length != 7) found.Add("'weekdays' has seven names with spaces between them, Monday first.");
        }
        catch (JsonException wrong)
        {
            found.Add($"It is no JSON object of texts: {wrong.Message}");
        }
        problems = found.ToImmutable();
        return found.Count > 0 ? null : new PageTexts(English.texts.SetItems(own));
    }

    private static PageTexts Load(string language)
    {
        using var stream = Here.GetManifestResourceStream($"StatusPage.Texts.{language}") ?? throw new InvalidOperationException($"The texts of '{language}' are not in this build.");
        var read = JsonSerializer.Deserialize<Dictionary<string, string>>(stream) ?? throw new InvalidOperationException($"The texts of '{language}' cannot be read.");
        return new PageTexts(read.ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    private static IEnumerable<string> HolesIn(string text) => Hole().Matches(text).Select(match => match.Value).Distinct(StringComparer.Ordinal);

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";

    [GeneratedRegex(@"\{[a-z_]+\}", RegexOptions.CultureInvariant)]
    private static partial Regex Hole();

    [GeneratedRegex(@"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();
}
