using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using NodaTime;

namespace Nines.Cli.Config;

/// <summary>Where incidents on the status page come from.</summary>
public enum IncidentSource
{
    Automatic,
    ByHand,
}

/// <summary>What the public is shown, and under which names.</summary>
public sealed record StatusPageEntry
{
    [Description("Its name, such as the company's.")]
    public required string Name { get; init; }

    [Description("Where the public finds it, https://status.example.org: feeds and calendars link to it.")]
    public required Uri Url { get; init; }

    [Description("A sentence under the name.")]
    public string? About { get; init; }

    [Description("Where it is served, and nothing else. Default: off.")]
    public ListenAddress? Listen { get; init; }

    [Description("A folder, relative to this file, that is written anew on each change: for a web server that does not fall with what is watched.")]
    [FilePath]
    public string? Export { get; init; }

    [Description("IANA time zone of its days and times. Default: UTC.")]
    public string? TimeZone { get; init; }

    [Description("The policy that its figures are under. Default: the config's.")]
    public string? Policy { get; init; }

    [Description("How many months of history it has.")]
    [Range(1, 60)]
    public int Months { get; init; } = 12;

    [Description("Its language: en or de. Default: en.")]
    public string? Language { get; init; }

    [Description("A JSON file with the texts of another language, relative to this file.")]
    [FilePath]
    public string? Texts { get; init; }

    [Description("Whether readers can change to the other languages that Nines has texts in, each at an address of its own (/de/).")]
    public bool OtherLanguages { get; init; } = true;

    [Description("Whether outages become incidents by themselves, or only what people post is one.")]
    public IncidentSource Incidents { get; init; }

    [Description("An outage becomes an incident by itself when it has likely lasted this long. Bars and figures have it in any case.")]
    [DurationRange("0s", "1d")]
    public Duration IncidentsAfter { get; init; } = Duration.FromMinutes(1);

    [Description("Whether maintenance is shown.")]
    public bool Maintenance { get; init; } = true;

    [Description("Public names of regions: an outage in one of them alone then says where, {eu: Europe}. A region without one is never named.")]
    public ImmutableSortedDictionary<string, string> Regions { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Description("Colours and logo.")]
    public ThemeEntry Theme { get; init; } = new();

    [Description("Where people turn to.")]
    public ImmutableArray<PageLinkEntry> Links { get; init; } = [];

    [Description("Components that belong together, in the order in which they are shown.")]
    public ImmutableArray<PublicGroupEntry> Groups { get; init; } = [];

    [Description("Components of no group, shown before the groups.")]
    public ImmutableArray<PublicComponentEntry> Components { get; init; } = [];
}

/// <summary>What the page looks like.</summary>
public sealed record ThemeEntry
{
    [Description("Colour of links and marks on a light ground, in quotes: \"#0b5cad\".")]
    public string? Accent { get; init; }

    [Description("The same on a dark ground: \"#7ab8ff\".")]
    public string? AccentDark { get; init; }

    [Description("A PNG or SVG file, at most 256 KiB, relative to this file.")]
    [FilePath]
    public string? Logo { get; init; }
}

/// <summary>A link in the page's foot.</summary>
public sealed record PageLinkEntry
{
    [Description("What it says.")]
    public required string Text { get; init; }

    [Description("Where it leads: https://…, or mailto:help@example.org.")]
    public required string Url { get; init; }
}

/// <summary>Public components that belong together.</summary>
public sealed record PublicGroupEntry
{
    [Description("Unique on the page: 1 to 63 of a-z, 0-9 and -.")]
    public required string Id { get; init; }

    [Description("Its public name.")]
    public required string Name { get; init; }

    [Description("A sentence about it.")]
    public string? Description { get; init; }

    [Description("In the order in which they are shown.")]
    public required ImmutableArray<PublicComponentEntry> Components { get; init; }
}

/// <summary>A component as the public knows it.</summary>
public sealed record PublicComponentEntry
{
    [Description("Unique on the page, in addresses and in the API: 1 to 63 of a-z, 0-9 and -. Keep it: feeds and subscriptions know it.")]
    public required string Id { get; init; }

    [Description("Its public name.")]
    public required string Name { get; init; }

    [Description("A sentence about it.")]
    public string? Description { get; init; }

    [Description("The watched components behind it; all of them are needed for it to be operational.")]
    public required ImmutableArray<string> Shows { get; init; }
}
