using System.Collections.Immutable;
using System.Globalization;
using Nines.Cli.Config.Binding;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Maintenance;
using Nines.Ledger.Policies;
using Nines.Response.StatusPage;
using Nines.Web.StatusPage;
using NodaTime;

namespace Nines.Cli.Config;

/// <summary>Makes the status page of its entry.</summary>
/// <param name="known">Names of the watched components.</param>
/// <param name="regions">Those that are watched from; null where that is not known.</param>
/// <param name="rules">What is planned; empty where it is of no concern.</param>
/// <param name="policies">The shipped ones and the config's own.</param>
internal sealed class StatusPageBuilder(Binder binder, IReadOnlySet<string> known, IReadOnlyCollection<Policy> policies, string usual, string dataFolder, SubscriptionsEntry? subscriptions, IReadOnlySet<string>? regions, ImmutableArray<MaintenanceRule> rules)
{
    private const int MostComponents = 1_000, MostShown = 100, MostLinks = 20, LongestName = 100, LongestAbout = 500, LongestId = 63;
    private const long MostTextBytes = 256 << 10;

    private readonly HashSet<string> ids = new(StringComparer.Ordinal);

    /// <returns>Null with mistakes.</returns>
    public StatusPageSettings? Build(StatusPageEntry entry)
    {
        var before = binder.Mistakes.Count;
        Text(entry, "name", entry.Name, LongestName);
        Text(entry, "about", entry.About, LongestAbout);
        var zone = ZoneOf(entry);
        var policy = PolicyOf(entry);
        var texts = TextsOf(entry);
        var theme = ThemeOf(entry.Theme);
        CheckUrl(entry, entry.Url, "The address of the page");
        if (subscriptions?.Url is { } desk) CheckUrl(subscriptions, desk, "The address where people subscribe");
        CheckRegions(entry);
        CheckExport(entry);
        var components = ImmutableArray.CreateBuilder<PublicComponent>();
        foreach (var component in entry.Components) Add(component, null, components);
        foreach (var group in entry.Groups)
        {
            Id(group, group.Id);
            Text(group, "name", group.Name, LongestName);
            Text(group, "description", group.Description, LongestAbout);
            if (group.Components.IsDefaultOrEmpty) binder.Mistakes.Add(MistakeCode.Missing, binder.PlaceOf(group), "A group has one component or more.");
            foreach (var component in group.Components) Add(component, group.Id, components);
        }
        if (binder.Mistakes.Count == before && components.Count == 0) binder.Mistakes.Add(MistakeCode.Missing, binder.PlaceOf(entry), "A status page shows one component or more. Write them under components, or under groups.");
        if (components.Count > MostComponents) binder.Mistakes.Add(MistakeCode.TooMany, binder.PlaceOf(entry), $"The page has {components.Count:N0} components; at most {MostComponents:N0}.");
        ImmutableArray<PageLink> links = [.. LinksOf(entry)];
        if (binder.Mistakes.Count > before) return null;
        var options = new PageOptions
        {
            Name = entry.Name,
            Url = WithSlash(entry.Url),
            Zone = zone!,
            Policy = policy!,
            Texts = texts!,
            Components = components.ToImmutable(),
            Groups = [.. entry.Groups.Select(group => new PublicGroup(group.Id, group.Name, group.Description))],
            About = entry.About,
            Links = links,
            Months = entry.Months,
            Automatic = entry.Incidents == IncidentSource.Automatic,
            After = entry.IncidentsAfter,
            ShowMaintenance = entry.Maintenance,
            Rules = rules,
            Regions = entry.Regions,
            Desk = subscriptions?.Url is { } address ? WithSlash(address) : null,
        };
        // The page's own stands first; of those that Nines has, the others beside it.
        if (entry.OtherLanguages) options = options.In([.. PageTexts.Shipped.Where(tag => tag != options.Texts.Language).Select(tag => PageTexts.Find(tag)!)]);
        return new StatusPageSettings(options, theme!, entry.Listen?.Endpoint, entry.Export);
    }

    private void Add(PublicComponentEntry entry, string? group, ImmutableArray<PublicComponent>.Builder components)
    {
        Id(entry, entry.Id);
        Text(entry, "name", entry.Name, LongestName);
        Text(entry, "description", entry.Description, LongestAbout);
        if (entry.Shows.IsDefaultOrEmpty) Say(MistakeCode.WrongType, entry, "shows", "Name one watched component or more.");
        else if (entry.Shows.Length > MostShown) Say(MistakeCode.TooMany, entry, "shows", $"{entry.Shows.Length:N0} components stand behind it; at most {MostShown:N0}. Watch them as one component that needs them.");
        else
        {
            for (var i = 0; i < entry.Shows.Length; i++)
                if (!known.Contains(entry.Shows[i]))
                    binder.Mistakes.Add(MistakeCode.UnknownName, binder.PlaceOf(entry, "shows", i), $"There is no component '{Variables.Show(entry.Shows[i])}'.{DidYouMean.Sentence(entry.Shows[i], binder.Mistakes.ToSuggest(known))}");
            components.Add(new PublicComponent(entry.Id, entry.Name, entry.Description, group, [.. entry.Shows.Where(known.Contains).Distinct().Select(name => new ComponentId(name))]));
        }
    }

    private void Id(object record, string id)
    {
        if (id.Length is 0 or > LongestId || !id.All(letter => letter is >= 'a' and <= 'z' or >= '0' and <= '9' or '-') || id[0] == '-')
            Say(MistakeCode.Name, record, "id", $"{Variables.Show(id)} is no public id: use 1 to {LongestId} of a-z, 0-9 and '-', not beginning with '-'.");
        else if (!ids.Add(id)) Say(MistakeCode.NameTaken, record, "id", $"There is another '{id}' on the page. Ids of components and groups are unique.");
    }

    private void Text(object record, string key, string? text, int most)
    {
        if (text is null) return;
        if (string.IsNullOrWhiteSpace(text) || text.Length > most) Say(MistakeCode.OutOfRange, record, key, $"It has {text.Length} characters. Write 1 to {most}.");
        else if (WrittenText.ProblemOf(text, lines: false) is { } problem) Say(MistakeCode.Hidden, record, key, $"A page cannot show it: {problem}. Write one line of text.");
    }

    private DateTimeZone? ZoneOf(StatusPageEntry entry)
    {
        if (entry.TimeZone is not { } name) return DateTimeZone.Utc;
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(name) is { } zone) return zone;
        Say(MistakeCode.Calendar, entry, "time_zone", $"{Variables.Show(name)} is not an IANA time zone.{DidYouMean.Sentence(name, DateTimeZoneProviders.Tzdb.Ids)}");
        return null;
    }

    private Policy? PolicyOf(StatusPageEntry entry)
    {
        var name = entry.Policy ?? usual;
        if (policies.FirstOrDefault(policy => policy.Name == name) is { } found) return found;
        // What the config names for all has had its own message.
        if (entry.Policy is not null) Say(MistakeCode.UnknownName, entry, "policy", $"There is no policy {Variables.Show(name)}.{DidYouMean.Sentence(name, policies.Select(policy => policy.Name))}");
        return null;
    }

    private PageTexts? TextsOf(StatusPageEntry entry)
    {
        if (entry.Language is not null && entry.Texts is not null)
        {
            Say(MistakeCode.Combination, entry, "texts", "A file of texts says its language itself. Give language or texts.");
            return null;
        }
        if (entry.Texts is not { } file)
        {
            var language = entry.Language ?? PageTexts.Shipped[0];
            if (PageTexts.Find(language) is { } shipped) return shipped;
            Say(MistakeCode.UnknownName, entry, "language", $"There are no texts in {Variables.Show(language)}: there are {string.Join(", ", PageTexts.Shipped)}. Write your own into a file, and name it under texts.");
            return null;
        }
        if (ReadFile(entry, "texts", file, MostTextBytes) is not { } bytes) return null;
        var texts = PageTexts.Read(bytes, out var problems);
        foreach (var problem in problems) Say(MistakeCode.Option, entry, "texts", problem);
        return texts;
    }

    private PageTheme? ThemeOf(ThemeEntry entry)
    {
        var theme = new PageTheme();
        PageColour? Colour(string key, string? text, PageColour usualOne, PageColour ground, string on)
        {
            if (text is null) return usualOne;
            if (!PageColour.TryParse(text, out var colour)) Say(MistakeCode.WrongType, entry, key, $"{Variables.Show(text)} is no colour. Write it in quotes, such as \"{usualOne}\".");
            else if (colour.ContrastTo(ground) is var contrast && contrast < PageTheme.LeastContrast)
                Say(MistakeCode.OutOfRange, entry, key, string.Create(CultureInfo.InvariantCulture, $"{colour} has a contrast of {Math.Floor(contrast * 10) / 10:0.0} to the {on} ground; text that all can read has {PageTheme.LeastContrast} or more. Try a {(ground == PageTheme.LightGround ? "darker" : "lighter")} one."));
            else return colour;
            return null;
        }
        var accent = Colour("accent", entry.Accent, theme.Accent, PageTheme.LightGround, "light");
        var dark = Colour("accent_dark", entry.AccentDark, theme.AccentDark, PageTheme.DarkGround, "dark");
        PageLogo? logo = null;
        if (entry.Logo is { } file && ReadFile(entry, "logo", file, PageLogo.MostBytes) is { } bytes && (logo = PageLogo.Read(bytes, out var problem)) is null)
            Say(MistakeCode.Option, entry, "logo", $"{Path.GetFileName(file)} {problem}");
        return accent is { } light && dark is { } night ? new PageTheme { Accent = light, AccentDark = night, Logo = logo } : null;
    }

    private byte[]? ReadFile(object record, string key, string file, long most)
    {
        try
        {
            var about = new FileInfo(file);
            if (about.Exists && about.Length > most) Say(MistakeCode.OutOfRange, record, key, $"{Path.GetFileName(file)} has {about.Length:N0} bytes; at most {most:N0} are allowed.");
            else return File.ReadAllBytes(file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            Say(MistakeCode.Option, record, key, $"{Path.GetFileName(file)} cannot be read. Its name is relative to the file that it stands in.");
        }
        return null;
    }

    private void CheckUrl(object record, Uri url, string what)
    {
        if (url.Scheme is not ("http" or "https") || url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
            Say(MistakeCode.WrongType, record, "url", $"{what} begins with https:// or http://, and has neither a user, nor ?, nor #.");
    }

    private void CheckRegions(StatusPageEntry entry)
    {
        foreach (var (region, name) in entry.Regions)
        {
            Text(entry, "regions", name, LongestName);
            if (regions?.Contains(region) == false) Say(MistakeCode.UnknownName, entry, "regions", $"Nothing is watched from a region {Variables.Show(region)}.{DidYouMean.Sentence(region, regions)}");
        }
    }

    private void CheckExport(StatusPageEntry entry)
    {
        if (entry.Export is not { } folder) return;
        var (export, data) = (Folder(folder), Folder(dataFolder));
        if (Path.GetPathRoot(folder) == folder || export.StartsWith(data, StringComparison.Ordinal) || data.StartsWith(export, StringComparison.Ordinal))
            Say(MistakeCode.Combination, entry, "export", "A web server shows this folder to everybody, so it is one of its own: not the root, not the data folder, and neither inside the other.");
    }

    private static string Folder(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) + Path.DirectorySeparatorChar;

    private IEnumerable<PageLink> LinksOf(StatusPageEntry entry)
    {
        if (entry.Links.Length > MostLinks) binder.Mistakes.Add(MistakeCode.TooMany, binder.PlaceOf(entry.Links[MostLinks]), $"There are {entry.Links.Length:N0} links; at most {MostLinks:N0}.");
        foreach (var link in entry.Links.Take(MostLinks))
        {
            Text(link, "text", link.Text, LongestName);
            if (Uri.TryCreate(link.Url, UriKind.Absolute, out var url) && url.Scheme is ("https" or "http" or "mailto")) yield return new PageLink(link.Text, url);
            else Say(MistakeCode.WrongType, link, "url", $"{Variables.Show(link.Url)} is no address that a page can link to. Begin it with https://, http:// or mailto:.");
        }
    }

    private static Uri WithSlash(Uri url) => url.AbsolutePath.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/");

    private void Say(MistakeCode code, object record, string key, string message) => binder.Mistakes.Add(code, binder.PlaceOf(record, key), message);
}
