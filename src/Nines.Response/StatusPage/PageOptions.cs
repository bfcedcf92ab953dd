using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Maintenance;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Response.StatusPage;

/// <summary>What the public is shown, and under which names. Nothing that is not in here, or made of times and states, gets onto the page.</summary>
public sealed record PageOptions
{
    public required string Name { get; init; }

    /// <summary>Where the public finds it; ends with a slash. Feeds and calendars link to it.</summary>
    public required Uri Url { get; init; }

    /// <summary>Whose days the bars are, and whose clock times are told.</summary>
    public required DateTimeZone Zone { get; init; }

    /// <summary>What the figures are under; its name is shown.</summary>
    public required Policy Policy { get; init; }

    public required PageTexts Texts { get; init; }

    /// <summary>In the order in which they are shown.</summary>
    public required ImmutableArray<PublicComponent> Components { get; init; }

    /// <summary>In the order in which they are shown.</summary>
    public ImmutableArray<PublicGroup> Groups { get; init; } = [];

    /// <summary>A sentence under the name; null for none.</summary>
    public string? About { get; init; }

    /// <summary>Where people turn to: an address that begins with https:, http: or mailto:.</summary>
    public ImmutableArray<PageLink> Links { get; init; } = [];

    /// <summary>How many months of history have a page, the present one included.</summary>
    /// <value>1 to 60.</value>
    public int Months { get; init; } = 12;

    /// <summary>Whether outages become incidents by themselves. Bars and figures tell of them in any case.</summary>
    public bool Automatic { get; init; } = true;

    /// <summary>An outage becomes an incident by itself when it has likely lasted this long.</summary>
    public Duration After { get; init; } = Duration.FromMinutes(1);

    public bool ShowMaintenance { get; init; } = true;

    /// <summary>What the config plans: its windows are foreseen on the page and in calendars before they are declared.</summary>
    public ImmutableArray<MaintenanceRule> Rules { get; init; } = [];

    /// <summary>Public names of regions by their internal ones. One that is not in here is never named.</summary>
    public ImmutableSortedDictionary<string, string> Regions { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Where people subscribe and leave, when <see cref="Url"/> leads to a copy that takes no forms; ends with a slash. Null: at the listener that shows the page, reached at <see cref="Url"/>.</summary>
    public Uri? Desk { get; init; }

    /// <summary>Where its files stand in the tree: empty for the language of <see cref="Url"/> itself, else <c>de/</c>.</summary>
    public string Folder { get; init; } = "";

    /// <summary>All languages that readers can change between, the one at the root first; empty where there is no choice.</summary>
    public ImmutableArray<PageLanguage> Languages { get; init; } = [];

    /// <summary>The same page in its other languages; empty on those.</summary>
    public ImmutableArray<PageOptions> Others { get; init; } = [];

    /// <summary><see cref="Url"/> of the language at the root.</summary>
    public Uri RootUrl => Folder.Length == 0 ? Url : new Uri(Url, "../");

    /// <summary>The page with other languages beside its own, each in a folder of its own: what people wrote is the same in all of them.</summary>
    public PageOptions In(ImmutableArray<PageTexts> others)
    {
        if (others.IsEmpty) return this;
        static string FolderOf(PageTexts texts) => $"{texts.Language.ToLowerInvariant()}/";
        var root = this with { Languages = [new PageLanguage(Texts.Language, Texts.LanguageName, ""), .. others.Select(texts => new PageLanguage(texts.Language, texts.LanguageName, FolderOf(texts)))] };
        return root with { Others = [.. others.Select(texts => root with { Texts = texts, Folder = FolderOf(texts), Url = new Uri(Url, FolderOf(texts)) })] };
    }

    public PublicComponent? Find(string id) => Components.FirstOrDefault(component => component.Id == id);
}

/// <param name="Id">In addresses of badges and in the API: 1 to 63 of a-z, 0-9 and -.</param>
/// <param name="Group">The id of its group; null for none.</param>
/// <param name="Shows">What of the watched stands behind it, one or more. All of them are needed for it to be operational.</param>
public sealed record PublicComponent(string Id, string Name, string? Description, string? Group, ImmutableArray<ComponentId> Shows);

/// <inheritdoc cref="PublicComponent"/>
public sealed record PublicGroup(string Id, string Name, string? Description);

public sealed record PageLink(string Text, Uri Url);

/// <param name="Tag">BCP 47.</param>
/// <param name="Name">In the language itself.</param>
/// <param name="Folder">See <see cref="PageOptions.Folder"/>.</param>
public sealed record PageLanguage(string Tag, string Name, string Folder);
